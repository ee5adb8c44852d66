using Sluice.Core.Disk;

namespace Sluice.Core.Objects;

/// <summary>Settings of the object cache.</summary>
public sealed record ObjectCacheOptions
{
    /// <summary>Bound of the memory tier in bytes; 0 turns it off. Default 256 MiB.</summary>
    public long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>Eviction in memory: "s3fifo" (default) or "lru".</summary>
    public string MemoryPolicy { get; init; } = "s3fifo";

    /// <summary>Objects that may stay in use beside those in memory: what is more goes back to being rows of the index.</summary>
    internal int ObjectsInUse { get; init; } = 16_384;

    /// <summary>What all fills together hold, roughly, for readers who are behind.</summary>
    internal long RetainedBytes { get; init; } = 128L << 20;

    /// <summary>The disk tier; null for none.</summary>
    public DiskTierOptions? Disk { get; init; }

    /// <exception cref="ArgumentException">A setting is out of its limits.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MemoryBytes);
        if (MemoryPolicy is not ("s3fifo" or "lru")) throw new ArgumentException($"MemoryPolicy is \"s3fifo\" or \"lru\", not \"{MemoryPolicy}\".");
    }
}
