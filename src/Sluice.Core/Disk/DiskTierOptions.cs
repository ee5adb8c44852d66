namespace Sluice.Core.Disk;

/// <summary>Settings of a <see cref="DiskTier"/>.</summary>
public sealed record DiskTierOptions
{
    /// <summary>The cache directory; created when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Bound on all bytes of bodies on disk. Default 10 GiB.</summary>
    public long MaximumBytes { get; init; } = 10L << 30;

    /// <summary>Free space to leave on the file system, whatever the bound says. Default 256 MiB.</summary>
    public long MinimumFreeBytes { get; init; } = 256L << 20;

    /// <summary>Bound on the number of objects, since each costs memory in the index. Default 1,000,000.</summary>
    public int MaximumObjects { get; init; } = 1_000_000;

    /// <summary>Chunk size in bytes; a power of two from 4 KiB to 16 MiB. Default 256 KiB. A directory written with another size is emptied at start, with a warning.</summary>
    public int ChunkSize { get; init; } = 256 << 10;
}
