namespace Sluice.Core.Storage;

/// <summary>A directory cannot be written for now: its file system is full or read-only. What is in it may be good.</summary>
public sealed class NoRoomException(string message, Exception? inner = null) : IOException(message, inner)
{
    // SQLite makes files of this size to open one of its own.
    private const int Needed = 64 << 10;

    /// <summary>True when a write failed for want of bytes, of inodes, or by a quota: ENOSPC, EDQUOT on Linux and macOS, ERROR_DISK_FULL on Windows.</summary>
    public static bool IsFull(Exception failure) => failure.HResult is 28 or 122 or 69 or unchecked((int)0x80070070);

    /// <summary>True when it is the file system that has no room or takes nothing, and not a matter of rights. Tries it.</summary>
    public static bool IsSo(string directory)
    {
        try
        {
            using var probe = new FileStream(Path.Combine(directory, "probe-" + Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose);
            probe.Write(new byte[Needed]);
            return false;
        }
        catch (IOException failure)
        {
            // EROFS on Linux and macOS, ERROR_WRITE_PROTECT on Windows.
            return IsFull(failure) || failure.HResult is 30 or unchecked((int)0x80070013);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
