using Sluice.Core.Memory;

namespace Sluice.Simulation;

/// <summary>A log played through the engine's own eviction policies at several sizes. An object is as large as the most that was ever sent of it; parts of it count as the part.</summary>
internal sealed class CacheSimulation
{
    private readonly List<(int Object, long Bytes)> requests = [];
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<long> sizes = [];

    /// <summary>Requests read.</summary>
    public int Requests => requests.Count;

    /// <summary>Different objects among them.</summary>
    public int Objects => sizes.Count;

    /// <summary>Bytes of all of them: a cache of this size never evicts.</summary>
    public long Footprint => sizes.Sum();

    /// <summary>Bytes sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Takes a request.</summary>
    public void Add(in LogRequest request)
    {
        if (!numbers.TryGetValue(request.Path, out var number))
        {
            numbers[request.Path] = number = sizes.Count;
            sizes.Add(0);
        }

        sizes[number] = Math.Max(sizes[number], request.Bytes);
        requests.Add((number, request.Bytes));
        Sent += request.Bytes;
    }

    /// <summary>Plays the log against a cache of that size.</summary>
    public SimulationResult Run(string policy, long capacity)
    {
        IEvictionPolicy eviction = policy == "lru" ? new LruPolicy() : new S3FifoPolicy(capacity);
        var held = new Item?[sizes.Count];
        var (hits, bytes) = (0L, 0L);
        foreach (var (number, sent) in requests)
        {
            if (held[number] is { } item)
            {
                eviction.Hit(item);
                hits++;
                bytes += sent;
                continue;
            }

            var size = Math.Max(1, sizes[number]);
            if (size > capacity) continue;
            while (eviction.Bytes > capacity - size && eviction.TryEvict(out var victim)) held[((Item)victim).Number] = null;
            eviction.Add(held[number] = new Item(number, size));
        }

        return new SimulationResult(policy, capacity, hits, bytes, requests.Count, Sent);
    }

    private sealed class Item(int number, long size) : EvictionNode
    {
        public int Number => number;

        public override long Weight => size;

        // Spread: policies remember identities by hash.
        public override ulong Identity => (ulong)(number + 1) * 0x9E3779B97F4A7C15;
    }
}
