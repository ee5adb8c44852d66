using System.ComponentModel;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Origins;

/// <summary>A folder of files as an origin. Linux only.</summary>
/// <remarks>
/// <para>A path can lead to plain files below the folder and nowhere else. The name is resolved by the kernel to a handle that opens nothing, the handle's
/// real path and type are checked, and that same handle is then opened: a link or file exchanged in between changes nothing. Symbolic links that stay
/// inside the folder are followed; the folder itself may be a link and may be pointed elsewhere while serving. Everything else is 404: folders, devices,
/// FIFOs, sockets, names too long. A file that may not be read is 403.</para>
/// <para>The entity tag is length, modification time and inode. It is strong only once the modification time lies so far back that a further change
/// must show in it. The kernel's clock for files ticks every 1 to 10 ms, so a file changed in the last 50 ms is waited for; where times come in whole
/// milliseconds or coarser the file system may round to 2 s, and such a file, or one that keeps changing, gets a weak tag that is never given
/// twice until it has been left alone for that long.</para>
/// </remarks>
public sealed class FolderOrigin : IOrigin
{
    private const int Attempts = 4;
    private static readonly TimeSpan FineTick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CoarseTick = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan MaximumSkew = TimeSpan.FromHours(1);

    private readonly TimeProvider time;
    private readonly string folder;
    private readonly byte[] folderPath;
    private readonly long instance;
    private string[] hidden = [];
    private long unsettled;

    private FolderOrigin(string name, string folder, TimeProvider time)
    {
        Name = name;
        this.folder = folder;
        folderPath = LinuxFiles.Terminated(folder);
        this.time = time;
        instance = time.GetUtcNow().UtcTicks;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Scope => "folder:" + folder;

    /// <inheritdoc/>
    public OriginTraits Traits => OriginTraits.Ranges | OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly;

    /// <summary>An origin for an existing folder; a relative path counts from the current one.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hidden">Whole paths of files and folders that are 404, where they lie inside; they need not be there yet.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or it is not a folder.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be entered.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static FolderOrigin Create(string name, string folder, TimeProvider time, IEnumerable<string>? hidden = null)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("Folder origins need Linux.");
        var origin = new FolderOrigin(name, Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), time);
        using var handle = LinuxFiles.Name(null, origin.folderPath, out var error);
        if (handle is null)
        {
            throw error is LinuxFiles.NoAccess or LinuxFiles.NotPermitted
                ? new UnauthorizedAccessException($"The folder '{origin.folder}' may not be entered.")
                : new DirectoryNotFoundException($"The folder '{origin.folder}' does not exist.");
        }
        if (!LinuxFiles.Status(handle).IsFolder) throw new DirectoryNotFoundException($"'{origin.folder}' is not a folder.");
        // A listing is not needed, but entering is; naming something inside finds out.
        using var inside = LinuxFiles.Name(handle, [(byte)'.', (byte)'/', (byte)'.', 0], out error);
        if (inside is null) throw new UnauthorizedAccessException($"The folder '{origin.folder}' may not be entered.");
        var root = LinuxFiles.RealPath(handle);
        origin.hidden = [.. (hidden ?? []).Select(RealPath).Where(path => IsInside(root, path)).Select(Encoding.UTF8.GetString)];
        return origin;
    }

    /// <inheritdoc/>
    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        if (request.Method is not ("GET" or "HEAD")) return Empty(405, null, "Allow", "GET, HEAD");
        if (FolderPath.Decode(request.Path) is not { } path) return Empty(404);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var refused = Open(path, out var file);
                if (file is null) return Empty(refused);
                var answered = false;
                try
                {
                    var status = LinuxFiles.Status(file);
                    var wait = SettledIn(status);
                    if (wait <= TimeSpan.Zero || wait > FineTick || attempt == Attempts)
                    {
                        var response = Answer(request, file, status, wait <= TimeSpan.Zero ? '"' + status.Tag + '"' : UnsettledTag(status));
                        answered = response.Body is FolderBody;
                        return response;
                    }
                    // Task.Delay drops fractions of a millisecond, and would come back too early.
                    await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, cancellation);
                }
                finally
                {
                    if (!answered) file.Dispose();
                }
            }
        }
        catch (IOException failure) when (failure is not OriginException)
        {
            throw new OriginException(OriginFailure.Unreachable, $"Folder {Name}: {request.Path} could not be opened: {failure.Message}", failure);
        }
    }

    // The file, or null and the status to answer with.
    private int Open(byte[] path, out SafeFileHandle? file)
    {
        file = null;
        using var root = LinuxFiles.Name(null, folderPath, out var error);
        // A folder that has gone (a disk not mounted) says nothing about its files: no 404 that might be kept.
        if (root is null) throw new IOException("the folder is not there: " + new Win32Exception(error).Message);
        using var named = LinuxFiles.Name(root, path, out error);
        if (named is null) return Refusal(error);
        var real = LinuxFiles.RealPath(named);
        if (!LinuxFiles.Status(named).IsFile || !IsInside(LinuxFiles.RealPath(root), real) || IsHidden(real)) return 404;
        file = LinuxFiles.Open(named, out error);
        return file is null ? Refusal(error) : 200;
    }

    private static int Refusal(int error) => error switch
    {
        LinuxFiles.NotFound or LinuxFiles.NotAFolder or LinuxFiles.NameTooLong or LinuxFiles.TooManyLinks => 404,
        LinuxFiles.NoAccess or LinuxFiles.NotPermitted => 403,
        _ => throw new IOException(new Win32Exception(error).Message),
    };

    /// <summary>The real path of what is there, and below it what is not there yet.</summary>
    private static byte[] RealPath(string path)
    {
        for (var there = path; ; there = Path.GetDirectoryName(there)!)
        {
            using var handle = LinuxFiles.Name(null, LinuxFiles.Terminated(there), out _);
            if (handle is not null) return [.. LinuxFiles.RealPath(handle), .. Encoding.UTF8.GetBytes(path[there.Length..])];
        }
    }

    // In whatever case: file systems that ignore it (of Windows shares, exFAT) lead to the same file, and tell nobody that they do.
    private bool IsHidden(byte[] real)
    {
        if (hidden.Length == 0) return false;
        var path = Encoding.UTF8.GetString(real);
        return Array.Exists(hidden, one => path.StartsWith(one, StringComparison.OrdinalIgnoreCase) && (path.Length == one.Length || path[one.Length] == '/'));
    }

    private static bool IsInside(ReadOnlySpan<byte> root, ReadOnlySpan<byte> path)
    {
        root = root.TrimEnd((byte)'/');
        return path.Length > root.Length && path.StartsWith(root) && path[root.Length] == '/';
    }

    private TimeSpan SettledIn(FileStatus status)
    {
        // A time a little ahead may come from the clock of a file server; one far ahead was set on purpose, and a change would bring it back to now.
        var age = time.GetUtcNow() - status.Modified;
        var tick = status.ModifiedNanoseconds % 1_000_000 == 0 ? CoarseTick : FineTick;
        return age < -MaximumSkew || age >= tick ? TimeSpan.Zero : tick - age;
    }

    private string UnsettledTag(FileStatus status) =>
        string.Create(CultureInfo.InvariantCulture, $"W/\"{status.Tag}-{instance:x}-{Interlocked.Increment(ref unsettled):x}\"");

    private OriginResponse Answer(OriginRequest request, SafeFileHandle file, FileStatus status, string tag)
    {
        var modified = LastModified(status);
        var version = new ObjectVersion(tag, modified, status.Length);
        if (request.Require is { } required && !(required.IsStrong && required.Matches(version))) return Empty(412, version);

        var headers = new HeaderList();
        headers.Add("ETag", tag);
        headers.Add("Last-Modified", modified);
        if (request.Held is { } held && held.Matches(version)) return new() { Status = 304, Headers = headers, BodyLength = 0, Version = version };

        headers.Add("Accept-Ranges", "bytes");
        headers.Add("Content-Type", MediaTypes.ForPath(request.Path));
        var isGet = request.Method == "GET";
        (long Start, long End)? part = null;
        if (isGet && request.Range is { } wanted && (part = wanted.Resolve(status.Length)) is null)
            return Empty(416, version, "Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{status.Length}"));

        var (start, end) = part ?? (0, status.Length);
        headers.Add("Content-Length", (end - start).ToString(CultureInfo.InvariantCulture));
        if (part is not null) headers.Add("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{end - 1}/{status.Length}"));
        return new()
        {
            Status = part is null ? 200 : 206,
            Headers = headers,
            Body = isGet ? new FolderBody(file, Name, status, start, end) : Stream.Null,
            BodyLength = isGet ? end - start : 0,
            Range = part is null ? null : (start, end, status.Length),
            Version = version,
        };
    }

    // RFC 9110 section 8.8.2.1: never later than the answer itself.
    private string LastModified(FileStatus status)
    {
        var now = time.GetUtcNow();
        return HttpDate.Format(status.Modified < now ? status.Modified : now);
    }

    private static OriginResponse Empty(int status, ObjectVersion? version = null, string? name = null, string? value = null)
    {
        var headers = new HeaderList();
        if (version?.ETag is { } tag) headers.Add("ETag", tag);
        if (name is not null) headers.Add(name, value!);
        headers.Add("Content-Length", "0");
        return new() { Status = status, Headers = headers, BodyLength = 0, Version = version ?? new ObjectVersion(null, null, 0) };
    }
}
