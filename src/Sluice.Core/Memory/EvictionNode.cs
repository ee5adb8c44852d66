namespace Sluice.Core.Memory;

/// <summary>Something an eviction policy keeps in order. The links are the policy's: intrusive, so that a hit allocates nothing. A node belongs to one policy for life.</summary>
public abstract class EvictionNode
{
    /// <summary>What it costs, in bytes; not negative. After it changed, <see cref="IEvictionPolicy.Reweigh"/> tells the policy that holds the node.</summary>
    public abstract long Weight { get; }

    /// <summary>A hash of its identity, the same when the same thing comes back after eviction: lets a ghost list recognise it.</summary>
    public abstract ulong Identity { get; }

    internal EvictionNode? Previous, Next;

    /// <summary>The weight the policy counted, so that its sum cannot drift from what it takes off later.</summary>
    internal long Counted;

    internal byte Frequency;
    internal byte Queue;
}
