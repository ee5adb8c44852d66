namespace Sluice.Core.Memory;

/// <summary>The memory tier: a byte bound, an eviction policy, and blocks outside the garbage-collected heap.</summary>
public sealed class MemoryTier
{
    /// <summary>Creates a tier of at most <paramref name="capacityBytes"/>; 0 turns it off (blocks are still lent, nothing is kept).</summary>
    public MemoryTier(long capacityBytes, IEvictionPolicy policy) => throw new NotSupportedException($"{capacityBytes}{policy}");

    /// <summary>The bound in bytes.</summary>
    public long CapacityBytes => throw new NotSupportedException();

    /// <summary>Bytes held now by admitted nodes; never above <see cref="CapacityBytes"/>.</summary>
    public long Bytes => throw new NotSupportedException();

    /// <summary>Nodes held now.</summary>
    public int Count => throw new NotSupportedException();

    /// <summary>Nodes evicted since start, to make room.</summary>
    public long Evictions => throw new NotSupportedException();

    /// <summary>Bytes of blocks that are allocated and not yet freed, admitted or not.</summary>
    public long AllocatedBytes => throw new NotSupportedException();

    /// <summary>Lends a block of <paramref name="length"/> bytes with one reference, the caller's. Contents are undefined.</summary>
    public Block Rent(int length) => throw new NotSupportedException($"{length}");

    /// <summary>Takes a node in, evicting others first so that the bound holds at every moment; false when it cannot fit at all.</summary>
    public bool TryAdmit(MemoryNode node) => throw new NotSupportedException($"{node}");

    /// <summary>Notes a use: no lock, no allocation.</summary>
    public void Hit(MemoryNode node) => throw new NotSupportedException($"{node}");

    /// <summary>Lets go of a node without calling <see cref="MemoryNode.OnEvicted"/>; false when it was not held (never admitted, or evicted meanwhile).</summary>
    public bool Remove(MemoryNode node) => throw new NotSupportedException($"{node}");
}
