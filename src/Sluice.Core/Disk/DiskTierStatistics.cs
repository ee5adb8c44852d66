namespace Sluice.Core.Disk;

/// <summary>A reading of the disk tier's counters. Counts are since start.</summary>
public readonly record struct DiskTierStatistics
{
    /// <summary>Bytes of bodies on disk, reserved ones included, and what rows of the index have beyond one kilobyte each.</summary>
    public long Bytes { get; init; }

    /// <summary>The bound on them.</summary>
    public long MaximumBytes { get; init; }

    /// <summary>Objects in the index.</summary>
    public int Objects { get; init; }

    /// <summary>Objects evicted to make room.</summary>
    public long Evictions { get; init; }

    /// <summary>Chunks whose checksum did not match.</summary>
    public long DamagedChunks { get; init; }

    /// <summary>Chunks not stored because there was no room or a write failed.</summary>
    public long RefusedChunks { get; init; }

    /// <summary>Files without an index entry that were deleted.</summary>
    public long OrphansDeleted { get; init; }
}
