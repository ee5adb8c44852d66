using Sluice.Core.Memory;
using Sluice.Core.Objects;

namespace Sluice.Core.Disk;

/// <summary>One object version on disk: its index entry in memory, and which chunks are held.</summary>
public sealed class DiskObject : EvictionNode
{
    /// <summary>Canonical key text.</summary>
    public string Key => throw new NotSupportedException();

    /// <summary>Metadata as last stored.</summary>
    public ObjectMetadata Metadata => throw new NotSupportedException();

    /// <summary>The engine's entry for it. Set by the engine.</summary>
    public object? Owner { get; set; }

    /// <summary>True when that chunk is stored. Takes no lock.</summary>
    public bool Has(int chunk) => throw new NotSupportedException($"{chunk}");

    /// <summary>Number of chunks stored.</summary>
    public int ChunkCount => throw new NotSupportedException();

    /// <summary>Bytes stored.</summary>
    public long Bytes => throw new NotSupportedException();

    /// <summary>True once it was removed or evicted: nothing more is written; readers that hold it still finish.</summary>
    public bool IsRemoved => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Weight => throw new NotSupportedException();

    /// <inheritdoc/>
    public override ulong Identity => throw new NotSupportedException();
}
