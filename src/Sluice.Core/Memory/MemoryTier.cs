namespace Sluice.Core.Memory;

/// <summary>The memory tier: a byte bound, an eviction policy, and blocks outside the garbage-collected heap.</summary>
/// <remarks>Each admitted node leaves in exactly one of two ways: <see cref="Remove"/> returns true for it, or <see cref="MemoryNode.OnEvicted"/> is called. Never both, never twice.</remarks>
public sealed class MemoryTier
{
    /// <summary>Size of the blocks that are reused unless told otherwise: 256 KiB, the default chunk.</summary>
    public const int DefaultBlockSize = 256 << 10;

    /// <summary>Bytes kept for reuse at most: enough for the blocks that fills hand around, small beside the default tier of 256 MiB.</summary>
    private const int MaximumIdleBytes = 4 << 20;

    private readonly Lock _gate = new();
    private readonly IEvictionPolicy _policy;
    private readonly BlockPool _blocks;
    private long _bytes, _evictions;
    private int _count;
    private bool _isClosed;

    /// <summary>Creates a tier of at most <paramref name="capacityBytes"/>; 0 turns it off (blocks are still lent, nothing is kept).</summary>
    /// <param name="capacityBytes">The bound in bytes on what is kept.</param>
    /// <param name="policy">Decides what leaves; the tier's alone from now on.</param>
    /// <param name="blockSize">The size in bytes that is lent most, a whole chunk: such blocks are reused.</param>
    public MemoryTier(long capacityBytes, IEvictionPolicy policy, int blockSize = DefaultBlockSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockSize);
        CapacityBytes = capacityBytes;
        _policy = policy;
        _blocks = new BlockPool(blockSize, Math.Clamp(MaximumIdleBytes / blockSize, 1, 64));
    }

    /// <summary>The bound in bytes.</summary>
    public long CapacityBytes { get; }

    /// <summary>Bytes held now by admitted nodes; never above <see cref="CapacityBytes"/>.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Nodes held now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Nodes evicted since start, to make room.</summary>
    public long Evictions => Volatile.Read(ref _evictions);

    /// <summary>Bytes of blocks that are lent and not yet freed, admitted or not.</summary>
    public long AllocatedBytes => _blocks.LentBytes;

    /// <summary>Bytes of freed blocks kept for reuse; at most 4 MiB (or one block).</summary>
    public long IdleBytes => _blocks.IdleBytes;

    /// <summary>Lends a block of <paramref name="length"/> bytes with one reference, the caller's. Contents are undefined.</summary>
    /// <exception cref="OutOfMemoryException">The system gives no more memory.</exception>
    public Block Rent(int length) => _blocks.Rent(length);

    /// <summary>Takes a node in, evicting others first so that the bound holds at every moment; false when it cannot fit at all: it weighs more than the whole tier.</summary>
    /// <exception cref="InvalidOperationException">The node is held already, or was evicted before: what comes back is a new node.</exception>
    public bool TryAdmit(MemoryNode node)
    {
        var weight = node.Weight;
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        if (weight > CapacityBytes || CapacityBytes == 0)
            return false;

        MemoryNode? victims = null;
        lock (_gate)
        {
            if (_isClosed)
                return false;
            if (node.State != MemoryNodeState.Free)
                throw new InvalidOperationException($"A node that is {node.State} cannot be admitted.");
            while (_policy.Bytes > CapacityBytes - weight && _policy.TryEvict(out var victim))
            {
                // The policy has let go of its links, and an evicted node is never admitted again: they chain the victims without an allocation.
                var evicted = (MemoryNode)victim;
                evicted.State = MemoryNodeState.Evicted;
                evicted.Next = victims;
                victims = evicted;
                _evictions++;
            }
            _policy.Add(node);
            node.State = MemoryNodeState.Held;
            Publish();
        }
        while (victims is not null)
        {
            var victim = victims;
            victims = (MemoryNode?)victim.Next;
            victim.Next = null;
            victim.OnEvicted();
        }
        return true;
    }

    /// <summary>Notes a use: no lock, no allocation.</summary>
    public void Hit(MemoryNode node) => _policy.Hit(node);

    /// <summary>Lets go of a node without calling <see cref="MemoryNode.OnEvicted"/>; false when it was not held (never admitted, or evicted meanwhile).</summary>
    public bool Remove(MemoryNode node)
    {
        lock (_gate)
        {
            if (node.State != MemoryNodeState.Held)
                return false;
            _policy.Remove(node);
            node.State = MemoryNodeState.Free;
            Publish();
            return true;
        }
    }

    /// <summary>Lets go of everything and takes nothing in from then on: the bytes are not the garbage collector's, and nobody else would give them back.</summary>
    /// <param name="left">Told of each node, instead of <see cref="MemoryNode.OnEvicted"/>.</param>
    internal void Close(Action<MemoryNode> left)
    {
        while (TakeLast() is { } node)
            left(node);
        _blocks.Close();
    }

    private MemoryNode? TakeLast()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (!_policy.TryEvict(out var last))
                return null;
            ((MemoryNode)last).State = MemoryNodeState.Evicted;
            Publish();
            return (MemoryNode)last;
        }
    }

    /// <summary>The policy's sums are whole only between two changes; readers without the lock get this copy.</summary>
    private void Publish()
    {
        Volatile.Write(ref _bytes, _policy.Bytes);
        Volatile.Write(ref _count, _policy.Count);
    }
}
