using Sluice.Configuration;

namespace Sluice.Diagnosis;

/// <summary>The cache directory: can it be written, on what file system, with how much room.</summary>
internal static class DirectoryCheck
{
    private const string Subject = "cache directory";

    // Without one of these no server starts there.
    private static readonly string[] Files = ["lock", "index.db"];

    /// <summary>Looks, and leaves nothing behind.</summary>
    public static IEnumerable<Finding> Run(CacheSection cache)
    {
        if (cache.Disk == 0)
        {
            yield return Finding.Ok(Subject, "the disk tier is off");
            yield break;
        }
        var directory = Path.GetFullPath(cache.Directory);
        var present = Existing(directory);
        if (Unwritable(present) is { } reason)
        {
            yield return Finding.Fail(Subject, $"{directory} cannot be used: {reason}", $"make {present} writable for this user, or choose another with --cache-dir");
            yield break;
        }
        if (Array.Find(Files, name => !MayWrite(Path.Combine(directory, name))) is { } foreign)
        {
            yield return Finding.Fail(Subject, $"{Path.Combine(directory, foreign)} may not be written by this user; perhaps a server that ran as another made it", $"chown -R all of {directory} to this user, or choose another with --cache-dir");
            yield break;
        }
        var drive = new DriveInfo(present);
        yield return Finding.Ok(Subject, $"{directory} {(present == directory ? "is writable" : "can be created")}, on {drive.DriveFormat}");
        if (drive.DriveType == DriveType.Network || drive.DriveFormat is "nfs" or "nfs4" or "cifs" or "smb2" or "fuseblk" or "fuse")
            yield return Finding.Warn("file system", $"{drive.DriveFormat} is a network or user-space file system", "put the cache on a local disk: the index needs dependable locks, and speed is the point");
        yield return Room(cache, drive.AvailableFreeSpace);
    }

    /// <summary>Why a folder cannot be written, or made where it is not there; null where it can.</summary>
    public static string? Problem(string directory) => Unwritable(Existing(directory));

    private static Finding Room(CacheSection cache, long free)
    {
        var usable = free - cache.MinimumFree;
        if (usable <= 0)
            return Finding.Fail("free space", $"{ByteSize.Display(free)} free, and {ByteSize.Display(cache.MinimumFree)} are to be left free: nothing more can be stored", "make room, or lower cache.minimumFree");
        return usable < cache.Disk
            ? Finding.Warn("free space", $"{ByteSize.Display(free)} free; the bound of {ByteSize.Display(cache.Disk)} may not be reached", $"fine as it is, unless more is wanted; --disk {ByteSize.Format(usable >> 30 << 30 is > 0 and var whole ? whole : usable)} would say what is there")
            : Finding.Ok("free space", $"{ByteSize.Display(free)} free for a bound of {ByteSize.Display(cache.Disk)}");
    }

    private static string Existing(string directory)
    {
        while (!Directory.Exists(directory) && !File.Exists(directory) && Path.GetDirectoryName(directory) is { } parent)
            directory = parent;
        return directory;
    }

    /// <summary>False where a file is there and belongs to somebody else.</summary>
    public static bool MayWrite(string file)
    {
        try
        {
            using var opened = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            // It is locked, or gone by now.
            return true;
        }
    }

    private static string? Unwritable(string directory)
    {
        if (File.Exists(directory))
            return $"{directory} is a file";
        try
        {
            using var probe = new FileStream(Path.Combine(directory, $".sluice-doctor-{Environment.ProcessId}"), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.DeleteOnClose,
            });
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
