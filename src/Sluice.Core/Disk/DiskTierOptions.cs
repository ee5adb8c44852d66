namespace Sluice.Core.Disk;

/// <summary>Settings of a <see cref="DiskTier"/>.</summary>
public sealed record DiskTierOptions
{
    /// <summary>The cache directory; created when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Bound on all bytes of bodies on disk, and of what their rows in the index have beyond one kilobyte each. Default 10 GiB.</summary>
    public long MaximumBytes { get; init; } = 10L << 30;

    /// <summary>Free space to leave on the file system, whatever the bound says. Default 256 MiB.</summary>
    public long MinimumFreeBytes { get; init; } = 256L << 20;

    /// <summary>Bound on the number of objects, since each costs memory in the index. Default 1,000,000.</summary>
    public int MaximumObjects { get; init; } = 1_000_000;

    /// <summary>Chunk size in bytes; a power of two from 4 KiB to 16 MiB. Default 256 KiB. A directory written with another size is emptied at start, with a warning.</summary>
    public int ChunkSize { get; init; } = 256 << 10;

    /// <summary>Answers the free bytes of the file system; null for the real one.</summary>
    internal Func<long>? AvailableBytes { get; init; }

    /// <exception cref="ArgumentException">A setting is out of its limits.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Directory);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MinimumFreeBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumObjects, 1);
        if (ChunkSize is < 4 << 10 or > 16 << 20 || !int.IsPow2(ChunkSize)) throw new ArgumentException("ChunkSize must be a power of two from 4 KiB to 16 MiB.");
    }
}
