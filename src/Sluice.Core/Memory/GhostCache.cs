namespace Sluice.Core.Memory;

/// <summary>What a cache of another size or policy would hold: identities and sizes, no bytes. For one thread at a time.</summary>
/// <param name="policy">s3fifo or lru.</param>
/// <param name="capacity">Its size in bytes.</param>
public sealed class GhostCache(string policy, long capacity)
{
    private readonly IEvictionPolicy eviction = policy == "lru" ? new LruPolicy() : new S3FifoPolicy(capacity);
    private readonly Dictionary<ulong, Item> held = [];

    /// <summary>Objects it would hold.</summary>
    public int Count => held.Count;

    /// <summary>True when it would hold the object.</summary>
    public bool Holds(ulong identity) => held.ContainsKey(identity);

    /// <summary>Takes a request; true when it would have been a hit. An object is as large as the most that was ever sent of it.</summary>
    public bool Ask(ulong identity, long bytes)
    {
        if (held.TryGetValue(identity, out var item))
        {
            eviction.Hit(item);
            if (bytes > item.Size)
            {
                item.Size = bytes;
                eviction.Reweigh(item);
                MakeRoom(0);
            }

            return true;
        }

        Take(identity, bytes);
        return false;
    }

    /// <summary>The same at half the size for those of its objects that are still watched: their order stays, their uses are forgotten.</summary>
    public GhostCache Halve(Func<ulong, bool> isWatched)
    {
        var next = new GhostCache(policy, capacity / 2);
        while (eviction.TryEvict(out var node))
            if (isWatched(node.Identity)) next.Take(node.Identity, node.Weight);
        return next;
    }

    private void Take(ulong identity, long bytes)
    {
        var size = Math.Max(1, bytes);
        if (size > capacity) return;
        MakeRoom(size);
        eviction.Add(held[identity] = new Item(identity) { Size = size });
    }

    private void MakeRoom(long size)
    {
        while (eviction.Bytes > capacity - size && eviction.TryEvict(out var victim)) held.Remove(victim.Identity);
    }

    private sealed class Item(ulong identity) : EvictionNode
    {
        public long Size { get; set; }

        public override long Weight => Size;

        public override ulong Identity => identity;
    }
}
