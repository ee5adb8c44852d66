namespace Sluice.Core.Memory;

/// <summary>A thing the memory tier holds: one chunk of one object.</summary>
public abstract class MemoryNode : EvictionNode
{
    /// <summary>Called once, outside the tier's lock, after the tier has let go of the node to make room. Drops the reference to the block; must not throw.</summary>
    public abstract void OnEvicted();

    /// <summary>Where the node is in its life. Guarded by the tier's lock.</summary>
    internal MemoryNodeState State;
}
