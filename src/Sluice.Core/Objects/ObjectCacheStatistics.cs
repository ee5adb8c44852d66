using Sluice.Core.Disk;

namespace Sluice.Core.Objects;

/// <summary>A reading of the cache's state. Counts are since start.</summary>
public sealed record ObjectCacheStatistics
{
    /// <summary>Objects known, in any tier.</summary>
    public int Objects { get; init; }

    /// <summary>Bytes in the memory tier.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Bound of the memory tier.</summary>
    public long MemoryMaximumBytes { get; init; }

    /// <summary>Chunks in the memory tier.</summary>
    public int MemoryChunks { get; init; }

    /// <summary>Chunks evicted from memory to make room.</summary>
    public long MemoryEvictions { get; init; }

    /// <summary>The disk tier; null when there is none.</summary>
    public DiskTierStatistics? Disk { get; init; }

    /// <summary>True while a disk tier is configured and not used: its directory was deleted under the server, or full at start. The log says what to do.</summary>
    public bool IsDiskAway { get; init; }

    /// <summary>Fetches under way.</summary>
    public int Flights { get; init; }
}
