namespace Sluice.Configuration;

/// <summary>The tiers.</summary>
internal sealed class CacheSection
{
    /// <summary>Where the edge keeps its objects when nothing else is said: beside, not inside, the download cache in ~/.sluice/cache.</summary>
    public static string DefaultDirectory => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".sluice", "edge");

    public string Directory { get; set; } = DefaultDirectory;

    public long Memory { get; set; } = 256L << 20;

    public string MemoryPolicy { get; set; } = "s3fifo";

    public long Disk { get; set; } = 10L << 30;

    public long MinimumFree { get; set; } = 256L << 20;

    public int ChunkSize { get; set; } = 256 << 10;

    public int MaximumObjects { get; set; } = 1_000_000;
}
