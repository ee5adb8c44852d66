using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;

namespace Sluice.Core.Disk;

/// <summary>The disk tier: plain body files, and an SQLite index with a copy in memory.</summary>
public sealed class DiskTier : IAsyncDisposable
{
    /// <summary>Opens or creates the directory. Returns without reading the whole index: see <see cref="LoadAsync"/>.</summary>
    /// <exception cref="IOException">The directory cannot be used; the message says why and what to do.</exception>
    public static DiskTier Open(DiskTierOptions options, TimeProvider time, ILogger logger) => throw new NotSupportedException($"{options}{time}{logger}");

    /// <summary>Called once for each object evicted to make room, or dropped because its file is gone or damaged; not for <see cref="Remove"/>.</summary>
    public Action<DiskObject>? Evicted { get; set; }

    /// <summary>A reading of the counters.</summary>
    public DiskTierStatistics GetStatistics() => throw new NotSupportedException();

    /// <summary>Hands over every stored object, least recently used first, in batches, off the caller's thread. An object that <see cref="Find"/> or <see cref="Create"/> already made known is handed over as the same instance.</summary>
    public Task LoadAsync(Action<DiskObject> found, CancellationToken cancellation) => throw new NotSupportedException($"{found}{cancellation}");

    /// <summary>True once <see cref="LoadAsync"/> has handed over everything, so that <see cref="Find"/> need not be asked.</summary>
    public bool IsLoaded => throw new NotSupportedException();

    /// <summary>The objects stored under a key (one for each Vary selection), from the index file. For use until <see cref="IsLoaded"/>.</summary>
    public IReadOnlyList<DiskObject> Find(string key) => throw new NotSupportedException(key);

    /// <summary>Makes an object known. Nothing reaches the disk before its first chunk (or, for an empty body, before <see cref="Update"/>).</summary>
    public DiskObject Create(string key, ObjectMetadata metadata) => throw new NotSupportedException($"{key}{metadata}");

    /// <summary>Stores new metadata (a 304 came, the length became known, it was marked stale). Written in the background.</summary>
    public void Update(DiskObject target, ObjectMetadata metadata) => throw new NotSupportedException($"{target}{metadata}");

    /// <summary>Writes one whole chunk (the last one of a body may be shorter): reserves room first, evicting others; then the bytes, their CRC32C, and in the background the index. False when it was not stored.</summary>
    public ValueTask<bool> WriteAsync(DiskObject target, int chunk, ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => throw new NotSupportedException($"{target}{chunk}{bytes}{cancellation}");

    /// <summary>Reads bytes of a chunk at an offset in it, filling the buffer. The first read of a chunk since start checks its CRC32C. False when it is not held, or damaged (then it is dropped and counted).</summary>
    public ValueTask<bool> ReadAsync(DiskObject source, int chunk, int offset, Memory<byte> buffer, CancellationToken cancellation) => throw new NotSupportedException($"{source}{chunk}{offset}{buffer}{cancellation}");

    /// <summary>Notes a use: no lock, no allocation, no I/O.</summary>
    public void Hit(DiskObject target) => throw new NotSupportedException($"{target}");

    /// <summary>Removes an object: its file goes once no read is using it, its index entry with the next <see cref="FlushAsync"/>.</summary>
    public void Remove(DiskObject target) => throw new NotSupportedException($"{target}");

    /// <summary>Completes when every change made so far is committed to the index file.</summary>
    public Task FlushAsync() => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
