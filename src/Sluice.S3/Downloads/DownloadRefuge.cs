using System.Globalization;

namespace Sluice.S3.Downloads;

/// <summary>Where files go that the cache cannot take: a folder for temporary files that only this user may enter. Any later cleaning deletes what is older than an hour and the lease of the process that made it, which its name tells, so that a batch that is larger than its cache does not fill the disk; with the cache off, what is older than a day.</summary>
internal sealed class DownloadRefuge(S3DownloadCacheOptions options, TimeProvider time)
{
    private const string Prefix = "sluice-downloads-";
    private const string OnDisk = "/var/tmp";
    private const string OfNoCache = ".day", OfLease = ".lease";
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1), KeptOfNoCache = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private string? folder;
    private int count;

    private string Suffix => !options.Enabled ? OfNoCache
        : options.Lease > Kept ? string.Create(CultureInfo.InvariantCulture, $"{OfLease}{(int)Math.Min(int.MaxValue, Math.Ceiling(options.Lease.TotalMinutes))}") : "";

    /// <summary>Folders for temporary files, the preferred one first. On many systems /tmp is memory, and what comes here is mostly what is too large for the cache: where TMPDIR does not say otherwise it goes to /var/tmp, which is on disk.</summary>
    public static string[] Places { get; } =
        OperatingSystem.IsLinux() && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TMPDIR")) && Directory.Exists(OnDisk) ? [OnDisk, Path.GetTempPath()] : [Path.GetTempPath()];

    /// <summary>A path that is free.</summary>
    /// <exception cref="IOException">There is no folder for temporary files.</exception>
    public string Next(string key)
    {
        lock (gate)
        {
            // While nothing is in it others delete it after a day: a process that cleans, and what cleans folders for temporary files.
            if (folder is null || !Directory.Exists(folder)) folder = Make();
            return Path.Combine(folder, $"{key}-{++count}{Suffix}");
        }
    }

    /// <summary>Deletes old files, of this process and of others.</summary>
    public void Sweep()
    {
        var now = time.GetUtcNow().UtcDateTime;
        var every = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        foreach (var directory in Places.SelectMany(place => new DirectoryInfo(place).EnumerateDirectories(Prefix + "*", every)))
        {
            try
            {
                foreach (var file in directory.EnumerateFiles("*", every))
                    if (now - file.LastWriteTimeUtc > KeptOf(file.Name) && file.Name.Length > DownloadKey.Length && DownloadKey.IsKey(file.Name.AsSpan(0, DownloadKey.Length))) file.Delete();
                if (now - directory.LastWriteTimeUtc > KeptOfNoCache && folder != directory.FullName && !directory.EnumerateFileSystemInfos().Any()) directory.Delete();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or just gone.
            }
        }
    }

    private static string Make()
    {
        if (!OperatingSystem.IsLinux() || Places is not [OnDisk, ..]) return Directory.CreateTempSubdirectory(Prefix).FullName;
        try
        {
            return Directory.CreateDirectory(Path.Combine(OnDisk, $"{Prefix}{Guid.NewGuid():N}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A container may have no place but the other.
            return Directory.CreateTempSubdirectory(Prefix).FullName;
        }
    }

    // Of the process that made it: another one that tidies up may have a shorter lease.
    private static TimeSpan KeptOf(string name)
    {
        if (name.EndsWith(OfNoCache, StringComparison.Ordinal)) return KeptOfNoCache;
        var at = name.LastIndexOf(OfLease, StringComparison.Ordinal);
        return at >= 0 && int.TryParse(name.AsSpan(at + OfLease.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && TimeSpan.FromMinutes(minutes) > Kept ? TimeSpan.FromMinutes(minutes) : Kept;
    }

    /// <summary>Removes the folder when nothing is in it.</summary>
    public void Close()
    {
        if (folder is null) return;
        try
        {
            Directory.Delete(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Files that were handed out are in it.
        }
    }
}
