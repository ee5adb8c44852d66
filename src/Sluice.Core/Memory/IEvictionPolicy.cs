namespace Sluice.Core.Memory;

/// <summary>Decides what leaves first when room is needed; counts in bytes.</summary>
/// <remarks><see cref="Add"/>, <see cref="Remove"/> and <see cref="TryEvict"/> are called under the tier's lock; <see cref="Hit"/> is called by any thread at any time, takes no lock and allocates nothing.</remarks>
public interface IEvictionPolicy
{
    /// <summary>Bytes of all nodes held.</summary>
    long Bytes { get; }

    /// <summary>Nodes held.</summary>
    int Count { get; }

    /// <summary>Takes a node in.</summary>
    void Add(EvictionNode node);

    /// <summary>Notes a use.</summary>
    void Hit(EvictionNode node);

    /// <summary>Lets go of a node; does nothing when it is not held.</summary>
    void Remove(EvictionNode node);

    /// <summary>Picks the node to go next and lets go of it; false when nothing is held.</summary>
    bool TryEvict([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out EvictionNode? victim);
}
