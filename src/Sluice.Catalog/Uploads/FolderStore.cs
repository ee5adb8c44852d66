using System.Runtime.CompilerServices;
using Sluice.Core.Storage;

namespace Sluice.Catalog.Uploads;

/// <summary>Objects as files in a folder. A file appears under its name only when it is whole.</summary>
public sealed class FolderStore(string folder) : IObjectStore
{
    /// <summary>Where files are that are still being written; on the same file system, so that the last step is a rename.</summary>
    private const string Incoming = ".incoming";

    /// <summary>What has not grown for so long may be nobody's any more; between its last byte and its name a file is held by nobody.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly string root = Path.GetFullPath(folder);
    private readonly string incoming = Path.Combine(Path.GetFullPath(folder), Incoming);
    private volatile bool isKnown;

    /// <inheritdoc/>
    public string Name => root;

    /// <summary>Files are known to be here: an empty folder is one whose disk is not mounted, for uploads too.</summary>
    internal void Expect() => isKnown = true;

    /// <inheritdoc/>
    public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellation = default)
    {
        var file = new FileInfo(FileOf(key));
        return new(IsThere(file.Exists) ? file.Length : null);
    }

    /// <inheritdoc/>
    public ValueTask<string?> FetchAsync(string key, string scratch, CancellationToken cancellation = default) =>
        new(FileOf(key) is var file && IsThere(File.Exists(file)) ? file : null);

    /// <inheritdoc/>
    public async ValueTask PutAsync(string key, string file, string contentType, CancellationToken cancellation = default)
    {
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await ReceiveAsync(key, content, cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.CompletedTask;
        var start = prefix.LastIndexOf('/') is >= 0 and var slash ? FileOf(prefix[..slash]) : root;
        if (!IsThere(Directory.Exists(start))) yield break;
        foreach (var file in Directory.EnumerateFiles(start, "*", SearchOption.AllDirectories))
        {
            cancellation.ThrowIfCancellationRequested();
            var key = Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/');
            if (key.StartsWith(prefix, StringComparison.Ordinal) && !key.StartsWith(Incoming, StringComparison.Ordinal)) yield return key;
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken cancellation = default)
    {
        var file = FileOf(key);
        if (!File.Exists(file)) return default;
        File.Delete(file);
        // Folders are nothing of their own here: an empty one goes with its last file.
        for (var parent = Path.GetDirectoryName(file)!; parent.Length > root.Length; parent = Path.GetDirectoryName(parent)!)
        {
            try
            {
                Directory.Delete(parent);
            }
            catch (IOException)
            {
                // It holds something else, perhaps since a moment ago.
                break;
            }
        }
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<Uri?> GetUploadUrlAsync(string key, TimeSpan validity, CancellationToken cancellation = default)
    {
        Prepare();
        return default;
    }

    /// <summary>Stores what a stream brings; how many bytes that were. Nothing is kept when the stream fails, or <paramref name="allow"/>, which is asked once all of it is here.</summary>
    /// <exception cref="IOException">The folder cannot be written, or the stream broke.</exception>
    public async ValueTask<long> ReceiveAsync(string key, Stream content, CancellationToken cancellation, Func<Task>? allow = null)
    {
        var target = FileOf(key);
        try
        {
            Prepare();
            var temporary = Path.Combine(incoming, Guid.NewGuid().ToString("N"));
            try
            {
                long length;
                await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous))
                {
                    Sweep(incoming, File.GetLastWriteTimeUtc(temporary));
                    await content.CopyToAsync(file, 1 << 16, cancellation);
                    // What the database then says of it outlives a power cut, after which a file that was only written may be there without its bytes.
                    await file.FlushAsync(cancellation);
                    RandomAccess.FlushToDisk(file.SafeFileHandle);
                    length = file.Length;
                }
                if (allow is not null) await allow();
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Move(temporary, target, overwrite: true);
                return length;
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw Denied(e);
        }
    }

    // What processes that were killed had begun to write. Whoever is still writing holds his file, however slow his line is.
    private static void Sweep(string incoming, DateTime now)
    {
        foreach (var left in Directory.GetFiles(incoming))
        {
            try
            {
                if (now - File.GetLastWriteTimeUtc(left) > LongestPause) new FileStream(left, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is being written, or gone.
            }
        }
    }

    /// <summary>Makes the folder, once: where it is gone later, files would go to what is there in its place, and be out of sight when its disk is mounted again.</summary>
    private void Prepare()
    {
        if (isKnown && !IsMounted) throw Away();
        try
        {
            Directory.CreateDirectory(incoming);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Denied(e);
        }
        isKnown = true;
    }

    // What is there in place of a disk that is not mounted is empty. The place for uploads alone does not tell: backups leave out what begins with a dot, or is empty.
    private bool IsMounted => Directory.Exists(incoming) || (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any());

    private bool IsThere(bool isFound)
    {
        if (IsMounted) isKnown = true;
        else if (!isFound) throw Away();
        return isFound;
    }

    private IOException Denied(UnauthorizedAccessException e) => new($"The folder {root} cannot be written ({e.Message}). Check its permissions.", e);

    private StoreAwayException Away() => new($"The folder {root} is not there, or is not the one that uploads went to. Check that its disk is mounted; to use it as it is, make a folder {Incoming} in it.");

    private string FileOf(string key)
    {
        foreach (var segment in key.Split('/'))
            if (segment is "" or "." or ".." || segment.AsSpan().IndexOfAny('\\', '\0') >= 0) throw new ArgumentException($"\"{key}\" is not a key.", nameof(key));
        return Path.Combine(root, key.Replace('/', Path.DirectorySeparatorChar));
    }
}
