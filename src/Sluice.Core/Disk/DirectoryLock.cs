using Sluice.Core.Storage;

namespace Sluice.Core.Disk;

/// <summary>Keeps a cache directory to one process: a lock on the file "lock", which the system lets go when the process ends, however it ends.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream file;

    private DirectoryLock(FileStream file, DateTime takenAt) => (this.file, TakenAt) = (file, takenAt);

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
            return new(file, File.GetLastWriteTimeUtc(path));
        }
        catch (IOException failure) when (File.Exists(path) && failure is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && IsHeld(failure))
        {
            throw new IOException($"The cache directory {directory} is in use by another running process. Stop that one, or choose another cache directory.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The cache directory {directory} cannot be written ({failure.Message}). Make it writable and check its free space, or choose another cache directory.", failure);
        }
    }

    public void Dispose() => file.Dispose();

    // EWOULDBLOCK on Linux, EWOULDBLOCK on macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsHeld(IOException failure) => failure.HResult is 11 or 35 or unchecked((int)0x80070020);
}
