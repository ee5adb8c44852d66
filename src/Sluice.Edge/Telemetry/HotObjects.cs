namespace Sluice.Edge.Telemetry;

/// <summary>
/// The objects asked for most, found from sampled hits with the "space saving" algorithm (Metwally et al., 2005): a fixed number of counters, so that hostile paths
/// cannot make it grow, and no object that was truly hot is missed. Counts fade, halving about every 64 thousand samples.
/// </summary>
public sealed class HotObjects
{
    private const int Capacity = 256;
    private const int HalveAfter = 65_536;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> slots = new(Capacity, StringComparer.Ordinal);
    private readonly HotObject[] counts = new HotObject[Capacity];
    private int used, noted;

    /// <summary>Notes a sampled hit. Never waits: when another thread is at it, this one is left out.</summary>
    internal void Note(string target, long bytes)
    {
        if (!gate.TryEnter()) return;
        try
        {
            if (++noted % HalveAfter == 0) Halve();
            if (!slots.TryGetValue(target, out var slot)) slot = Take(target);
            ref var count = ref counts[slot];
            count = count with { Requests = count.Requests + EdgeCounters.HitSampling, Bytes = count.Bytes + (EdgeCounters.HitSampling * bytes) };
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <summary>The hottest, first first. Numbers are estimates: each sample stands for 16 requests.</summary>
    public IReadOnlyList<HotObject> Top(int count)
    {
        lock (gate) return [.. counts.Take(used).OrderByDescending(one => one.Requests).Take(count)];
    }

    private int Take(string target)
    {
        var slot = used;
        if (used < Capacity) used++;
        else
        {
            slot = 0;
            for (var i = 1; i < Capacity; i++)
                if (counts[i].Requests < counts[slot].Requests) slot = i;
            slots.Remove(counts[slot].Target);
        }

        // The count of the one it replaces stays: that is the algorithm's upper bound.
        counts[slot] = new HotObject(target, counts[slot].Requests, 0);
        slots[target] = slot;
        return slot;
    }

    private void Halve()
    {
        for (var i = 0; i < used; i++) counts[i] = counts[i] with { Requests = counts[i].Requests / 2, Bytes = counts[i].Bytes / 2 };
    }
}
