namespace Sluice.S3.Downloads;

/// <summary>A running cache among those that share the directory: a file locked for as long as it runs. The system lets go of the lock when the process ends, however it ends.</summary>
internal sealed class DownloadOwner : IDisposable
{
    private const string Folder = "owners";

    private readonly FileStream file;

    private DownloadOwner(FileStream file, string id) => (this.file, Id) = (file, id);

    /// <summary>A name that is never used again.</summary>
    public string Id { get; }

    /// <summary>Registers in a cache directory.</summary>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static DownloadOwner Register(string directory)
    {
        var folder = Path.Combine(directory, Folder);
        while (true)
        {
            Directory.CreateDirectory(folder);
            var id = Guid.NewGuid().ToString("N");
            var path = Path.Combine(folder, id);
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1);
            // Somebody who tidied up may have taken it for a dead one's between its creation and its lock.
            if (File.Exists(path)) return new(file, id);
            file.Dispose();
        }
    }

    /// <summary>True while the cache of that name runs; the file of one that does not is deleted.</summary>
    public static bool IsAlive(string directory, string id)
    {
        var path = Path.Combine(directory, Folder, id);
        try
        {
            using var probe = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1);
            File.Delete(path);
            return false;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>When the cache of that name last gave a sign; long ago when there is none.</summary>
    public static DateTime LastSign(string directory, string id) => File.GetLastWriteTimeUtc(Path.Combine(directory, Folder, id));

    /// <summary>Gives a sign: a process that was stopped keeps its lock, and gives none.</summary>
    public void Sign(DateTimeOffset now)
    {
        try
        {
            File.SetLastWriteTimeUtc(file.SafeFileHandle, now.UtcDateTime);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Others fetch for themselves at worst.
        }
    }

    /// <summary>Deletes what dead ones left.</summary>
    public static void Sweep(string directory)
    {
        var folder = Path.Combine(directory, Folder);
        if (!Directory.Exists(folder)) return;
        foreach (var path in Directory.EnumerateFiles(folder)) IsAlive(directory, Path.GetFileName(path));
    }

    public void Dispose()
    {
        // Deleted while it is locked, so that nobody mistakes the moment between for a death.
        try
        {
            File.Delete(file.Name);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next one to tidy up finds it unlocked.
        }
        file.Dispose();
    }
}
