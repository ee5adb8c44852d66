namespace Sluice.Configuration;

/// <summary>The video catalog.</summary>
internal sealed class CatalogSection
{
    /// <summary>Where the catalog is when nothing else is said.</summary>
    public static string DefaultDirectory => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".sluice", "catalog");

    public bool Enabled { get; set; } = true;

    public string Directory { get; set; } = DefaultDirectory;

    public string? Database { get; set; }

    public OriginSection Store { get; } = new();

    public TimeSpan Ttl { get; set; } = TimeSpan.FromMinutes(5);

    public Uri? UploadEndpoint { get; set; }

    public TimeSpan UploadValidity { get; set; } = TimeSpan.FromMinutes(15);

    public long UploadLimit { get; set; } = 20L << 30;

    public int Workers { get; set; } = 1;

    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    public int Attempts { get; set; } = 3;

    public TimeSpan RetryPause { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan KeepOldRenditions { get; set; } = TimeSpan.FromDays(1);

    public string? PlaybackKey { get; set; }

    public TimeSpan PlaybackLifetime { get; set; } = TimeSpan.FromHours(4);

    private bool isWritten;

    /// <summary>True when any of it was written, and not only taken from the defaults: then what is wrong with it stops the start.</summary>
    public bool IsWritten() => isWritten;

    /// <summary>Some of it was written.</summary>
    public void MarkWritten() => isWritten = true;

    /// <summary>Where the files are.</summary>
    public OriginSection Files() => Store.S3 is not null ? Store : new OriginSection { Folder = Store.Folder ?? Path.Combine(Path.GetFullPath(Directory), "media") };
}
