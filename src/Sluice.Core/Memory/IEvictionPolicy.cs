using System.Diagnostics.CodeAnalysis;

namespace Sluice.Core.Memory;

/// <summary>Decides what leaves first when room is needed; counts in bytes.</summary>
/// <remarks>All but <see cref="Hit"/> are called under the tier's lock; <see cref="Hit"/> is called by any thread at any time, never waits for a lock and allocates nothing.</remarks>
public interface IEvictionPolicy
{
    /// <summary>Bytes of all nodes held.</summary>
    long Bytes { get; }

    /// <summary>Nodes held.</summary>
    int Count { get; }

    /// <summary>Takes a node in.</summary>
    /// <exception cref="InvalidOperationException">It is held already.</exception>
    void Add(EvictionNode node);

    /// <summary>Notes a use. Harmless for a node that is not held, or no longer.</summary>
    void Hit(EvictionNode node);

    /// <summary>Lets go of a node; does nothing when it is not held.</summary>
    void Remove(EvictionNode node);

    /// <summary>Counts a node anew after its weight changed; it keeps its place. Does nothing when it is not held.</summary>
    void Reweigh(EvictionNode node);

    /// <summary>Picks the node to go next and lets go of it; false when nothing is held.</summary>
    bool TryEvict([NotNullWhen(true)] out EvictionNode? victim);
}
