using Sluice.S3.Downloads;

namespace Sluice.Configuration;

/// <summary>The download cache of <c>sluice get</c> and <c>sluice cache</c>.</summary>
internal sealed class DownloadsSection
{
    public bool Enabled { get; set; } = true;

    public string Directory { get; set; } = S3DownloadCacheOptions.DefaultDirectory;

    public double MaxSizeMB { get; set; } = 500;

    public int MaxEntries { get; set; } = 200;

    public double TtlHours { get; set; } = 24;

    public double LeaseMinutes { get; set; } = 10;

    public bool Compress { get; set; }

    public bool Share { get; set; }

    public long ShareMaximum { get; set; } = 1L << 30;

    public long ShareMaximumFile { get; set; } = 64L << 20;

    /// <summary>As the library takes it.</summary>
    public S3DownloadCacheOptions ToOptions() => new()
    {
        Enabled = Enabled, Directory = Directory, MaximumBytes = (long)(MaxSizeMB * (1 << 20)), MaximumEntries = MaxEntries,
        TimeToLive = TimeSpan.FromHours(TtlHours), Lease = TimeSpan.FromMinutes(LeaseMinutes), Compress = Compress, SharedFileBytes = ShareMaximumFile,
    };
}
