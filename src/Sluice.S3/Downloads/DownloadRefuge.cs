namespace Sluice.S3.Downloads;

/// <summary>Where files go that the cache cannot take: a folder for temporary files that only this user may enter. Any later cleaning deletes what is older than a lease and an hour there, so that a batch that is larger than its cache does not fill the disk; with the cache off, what is older than a day.</summary>
internal sealed class DownloadRefuge(S3DownloadCacheOptions options, TimeProvider time)
{
    private const string Prefix = "sluice-downloads-";
    private const string OfNoCache = ".day";
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1), KeptOfNoCache = TimeSpan.FromDays(1);

    private readonly Lazy<string> folder = new(() => Directory.CreateTempSubdirectory(Prefix).FullName);
    private int count;

    /// <summary>A path that is free.</summary>
    /// <exception cref="IOException">There is no folder for temporary files.</exception>
    public string Next(string key) => Path.Combine(folder.Value, $"{key}-{Interlocked.Increment(ref count)}{(options.Enabled ? "" : OfNoCache)}");

    /// <summary>Deletes old files, of this process and of others.</summary>
    public void Sweep()
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (before, longBefore) = (now - (options.Lease > Kept ? options.Lease : Kept), now - KeptOfNoCache);
        var every = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        foreach (var directory in new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories(Prefix + "*", every))
        {
            try
            {
                foreach (var file in directory.EnumerateFiles("*", every))
                    if (file.LastWriteTimeUtc < (file.Name.EndsWith(OfNoCache, StringComparison.Ordinal) ? longBefore : before) && file.Name.Length > DownloadKey.Length && DownloadKey.IsKey(file.Name.AsSpan(0, DownloadKey.Length))) file.Delete();
                if (directory.LastWriteTimeUtc < longBefore && (!folder.IsValueCreated || folder.Value != directory.FullName) && !directory.EnumerateFileSystemInfos().Any()) directory.Delete();
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
