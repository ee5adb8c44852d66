namespace Sluice.Core.Disk;

/// <summary>What a change to the index is.</summary>
internal enum IndexChangeKind : byte
{
    /// <summary>The object's row is new or has new metadata.</summary>
    Object,

    /// <summary>A chunk was stored.</summary>
    Chunk,

    /// <summary>A chunk was dropped.</summary>
    Drop,

    /// <summary>The object was used.</summary>
    Use,

    /// <summary>The object was removed.</summary>
    Delete,
}

/// <summary>A change waiting to be written.</summary>
internal readonly record struct IndexChange(IndexChangeKind Kind, DiskObject Target, int Chunk = 0, uint Checksum = 0, int Length = 0)
{
    /// <summary>True for what the index must know before an object can be made from it again.</summary>
    public bool IsOfContent => Kind is IndexChangeKind.Object or IndexChangeKind.Chunk or IndexChangeKind.Drop;
}
