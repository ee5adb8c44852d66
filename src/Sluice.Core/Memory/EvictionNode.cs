namespace Sluice.Core.Memory;

/// <summary>Something an eviction policy keeps in order. The links are the policy's: intrusive, so that a hit allocates nothing.</summary>
public abstract class EvictionNode
{
    /// <summary>What it costs, in bytes. Must not change while a policy holds the node.</summary>
    public abstract long Weight { get; }

    /// <summary>A hash of its identity, the same when the same thing comes back after eviction: lets a ghost list recognise it.</summary>
    public abstract ulong Identity { get; }

    internal EvictionNode? Previous, Next;
    internal byte Frequency;
    internal byte Queue;
}
