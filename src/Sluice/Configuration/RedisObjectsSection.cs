namespace Sluice.Configuration;

/// <summary>What nodes share of objects.</summary>
internal sealed class RedisObjectsSection
{
    public bool Share { get; set; } = true;

    public long Maximum { get; set; } = 1L << 30;

    public long MaximumObject { get; set; } = 64L << 20;

    public long SizeThreshold { get; set; } = 20L << 20;

    public int ChunkSize { get; set; } = 5 << 20;

    public int ParallelFetches { get; set; } = 3;

    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
