using Microsoft.Win32.SafeHandles;

namespace Sluice.Core.Disk;

/// <summary>Keeps body files open, so that most reads need no open: at most about <paramref name="maximum"/> idle ones, given up by second chance.</summary>
internal sealed class OpenFiles(string root, int maximum, Action<DiskObject> retire)
{
    /// <summary>EROFS.</summary>
    private const int ReadOnlyFileSystem = 30;

    private readonly Lock gate = new();
    private readonly Queue<DiskObject> order = new();

    /// <summary>The file of an object that the caller has in use. Opens it when it is not open.</summary>
    /// <exception cref="IOException">It cannot be opened; for one that should exist, <see cref="FileNotFoundException"/> or <see cref="DirectoryNotFoundException"/>.</exception>
    public SafeFileHandle Get(DiskObject target, DiskBody body)
    {
        if (body.Handle is { } open) return open;
        lock (body)
        {
            if (body.Handle is { } meanwhile) return meanwhile;
            body.Handle = Open(PathOf(target.Name), mustExist: target.ChunkCount > 0);
        }
        body.Touched = true;
        Shrink(target);
        return body.Handle;
    }

    /// <summary>Deletes the file of an object nobody uses any more.</summary>
    /// <exception cref="IOException">The file is still there.</exception>
    public void Delete(DiskObject target)
    {
        Close(target);
        try
        {
            File.Delete(PathOf(target.Name));
        }
        catch (DirectoryNotFoundException)
        {
            // Its folder was never made, so neither was the file.
        }
    }

    /// <summary>Closes the file of an object that nobody will use again.</summary>
    public static void Close(DiskObject target)
    {
        if (target.Body is not { Handle: { } handle } body) return;
        body.Handle = null;
        handle.Dispose();
    }

    /// <summary>Closes every file.</summary>
    public void Close()
    {
        lock (gate)
            while (order.TryDequeue(out var target)) target.Body?.Handle?.Dispose();
    }

    private string PathOf(BodyName name) => Path.Combine(root, name.RelativePath);

    private static SafeFileHandle Open(string path, bool mustExist)
    {
        try
        {
            return File.OpenHandle(path, mustExist ? FileMode.Open : FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        catch (IOException failure) when (mustExist && failure.HResult is ReadOnlyFileSystem)
        {
            // As it becomes after an error of the disk: what is there can be read.
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        catch (DirectoryNotFoundException) when (!mustExist)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return Open(path, mustExist);
        }
    }

    // Files in use are passed over, so the number may be exceeded by as many as are in use at once.
    private void Shrink(DiskObject opened)
    {
        lock (gate)
        {
            order.Enqueue(opened);
            for (var tries = order.Count * 2; order.Count > maximum && tries > 0; tries--)
            {
                var candidate = order.Dequeue();
                if (candidate.Body is not { Handle: not null } body) continue;
                if (body.Touched || !candidate.TryBeginClose())
                {
                    body.Touched = false;
                    order.Enqueue(candidate);
                    continue;
                }
                body.Handle?.Dispose();
                body.Handle = null;
                if (candidate.EndClose()) retire(candidate);
            }
        }
    }
}
