using System.Globalization;
using Sluice.Core.Storage;

namespace Sluice.Core.Disk;

/// <summary>Keeps a cache directory to one process: a lock on the file "lock", which the system lets go when the process ends, however it ends.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream file;
    private readonly string path;
    private readonly string? place;

    private DirectoryLock(FileStream file, string path)
    {
        (this.file, this.path, TakenAt) = (file, path, File.GetLastWriteTimeUtc(path));
        place = PlaceNow();
    }

    /// <summary>When it was taken, by the clock of the file system: files written earlier are from an earlier run.</summary>
    public DateTime TakenAt { get; }

    /// <summary>Creates the directory when missing and locks it.</summary>
    /// <exception cref="IOException">It cannot be written, or another process has it; the message says what to do.</exception>
    public static DirectoryLock Take(string directory)
    {
        var path = Path.Combine(directory, "lock");
        try
        {
            OwnerOnly.CreateDirectory(directory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The cache directory {directory} cannot be created ({failure.Message}). Choose another cache directory, or create it and make it writable.", failure);
        }
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            file.SetLength(0);
            file.WriteByte((byte)'\n');
            file.Flush();
            return new(file, path);
        }
        catch (IOException failure) when (File.Exists(path) && failure is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && IsHeld(failure))
        {
            throw new IOException($"The cache directory {directory} is in use by another running process, or by another cache of this one. Stop that one, or choose another cache directory.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var message = $"The cache directory {directory} cannot be written ({failure.Message}). Make it writable and check its free space, or choose another cache directory.";
            throw NoRoomException.IsSo(directory) ? new NoRoomException(message, failure) : new IOException(message, failure);
        }
    }

    /// <summary>False once the file that is locked is not the one in the directory any more: then nothing keeps another process out, and what is written goes to files that nobody finds again.</summary>
    public bool IsInPlace => place is null ? !IsGone(path) : PlaceNow() == place;

    /// <summary>True where there is no such file; not where it cannot be made out.</summary>
    public static bool IsGone(string path)
    {
        try
        {
            _ = File.GetAttributes(path);
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure is FileNotFoundException or DirectoryNotFoundException;
        }
    }

    // What Linux calls the file that is open: another name once it was moved, deleted, or its file system taken away. Null where it cannot be had.
    private string? PlaceNow() => new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}")).LinkTarget;

    public void Dispose() => file.Dispose();

    // EWOULDBLOCK on Linux, EWOULDBLOCK on macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsHeld(IOException failure) => failure.HResult is 11 or 35 or unchecked((int)0x80070020);
}
