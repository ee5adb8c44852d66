namespace Sluice.S3.Downloads;

/// <summary>Where files go that the cache cannot take: a folder for temporary files that only this user may enter. What is older than a day there is deleted by any later cleaning.</summary>
internal sealed class DownloadRefuge(TimeProvider time)
{
    private const string Prefix = "sluice-downloads-";
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly Lazy<string> folder = new(() => Directory.CreateTempSubdirectory(Prefix).FullName);
    private int count;

    /// <summary>A path that is free.</summary>
    /// <exception cref="IOException">There is no folder for temporary files.</exception>
    public string Next(string key) => Path.Combine(folder.Value, $"{key}-{Interlocked.Increment(ref count)}");

    /// <summary>Deletes old files, of this process and of others.</summary>
    public void Sweep()
    {
        var before = time.GetUtcNow().UtcDateTime - Kept;
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        foreach (var directory in new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories(Prefix + "*", options))
        {
            try
            {
                foreach (var file in directory.EnumerateFiles("*", options))
                    if (file.LastWriteTimeUtc < before && file.Name.Length > DownloadKey.Length && DownloadKey.IsKey(file.Name.AsSpan(0, DownloadKey.Length))) file.Delete();
                if (directory.LastWriteTimeUtc < before && (!folder.IsValueCreated || folder.Value != directory.FullName) && !directory.EnumerateFileSystemInfos().Any()) directory.Delete();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or just gone.
            }
        }
    }

    /// <summary>Removes the folder when nothing is in it.</summary>
    public void Close()
    {
        if (!folder.IsValueCreated) return;
        try
        {
            Directory.Delete(folder.Value);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Files that were handed out are in it.
        }
    }
}
