namespace Sluice.Configuration;

/// <summary>The tiers.</summary>
internal sealed class CacheSection
{
    /// <summary>Where the edge keeps its objects when nothing else is said: beside, not inside, the download cache in ~/.sluice/cache.</summary>
    public static string DefaultDirectory => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".sluice", "edge");

    private static readonly long OwnMemory = DefaultMemory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    public string Directory { get; set; } = DefaultDirectory;

    public long Memory { get; set; } = OwnMemory;

    public string MemoryPolicy { get; set; } = "s3fifo";

    public long Disk { get; set; } = 10L << 30;

    public long MinimumFree { get; set; } = 256L << 20;

    public int ChunkSize { get; set; } = 256 << 10;

    public int MaximumObjects { get; set; } = 1_000_000;

    /// <summary>Bound of the memory tier when nothing else is said, in whole MiB. A small container, whose limit ends the process without a word, has to hold the program too.</summary>
    /// <param name="available">What the runtime may take: the machine's memory, or three quarters of the container's.</param>
    public static long DefaultMemory(long available) => Math.Min(256, (available / 3) >> 20) << 20;
}
