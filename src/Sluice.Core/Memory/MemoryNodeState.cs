namespace Sluice.Core.Memory;

/// <summary>Where a node is in its life in the memory tier.</summary>
internal enum MemoryNodeState : byte
{
    /// <summary>Not in the tier: never admitted, or removed by its owner, who may admit it again.</summary>
    Free,

    /// <summary>In the tier.</summary>
    Held,

    /// <summary>Left to make room; its bytes are gone for good.</summary>
    Evicted,
}
