using Sluice.Core.Memory;

namespace Sluice.HitRate;

/// <summary>Runs a trace through one of the engine's own policies, admitting as the memory tier does.</summary>
internal static class PolicySimulation
{
    public static (long Hits, long HitBytes) Run(Trace trace, long capacity, IEvictionPolicy policy)
    {
        var held = new Item?[trace.Sizes.Length];
        long hits = 0, bytes = 0;
        foreach (var number in trace.Requests)
        {
            if (held[number] is { } item)
            {
                policy.Hit(item);
                hits++;
                bytes += item.Weight;
                continue;
            }
            var size = trace.Sizes[number];
            if (size > capacity)
                continue;
            while (policy.Bytes > capacity - size && policy.TryEvict(out var victim))
                held[((Item)victim).Number] = null;
            policy.Add(held[number] = new Item(number, size));
        }
        return (hits, bytes);
    }

    private sealed class Item(int number, long size) : EvictionNode
    {
        public int Number => number;

        public override long Weight => size;

        public override ulong Identity => (ulong)number;
    }
}
