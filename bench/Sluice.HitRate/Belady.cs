namespace Sluice.HitRate;

/// <summary>Belady's rule: with the future known, what is needed again last goes first, and is not even taken in when that is the newcomer.</summary>
/// <remarks>The optimum for objects of one size. With mixed sizes finding the optimum is NP-hard; the rule is then the usual yardstick, near it in bytes, and a policy that prefers small objects can beat it in requests.</remarks>
internal static class Belady
{
    private const int Never = int.MaxValue;

    public static (long Hits, long HitBytes) Run(Trace trace, long capacity)
    {
        var next = NextUses(trace);
        var heldUntil = new int[trace.Sizes.Length];
        var farthestFirst = new PriorityQueue<int, long>();
        long used = 0, hits = 0, bytes = 0;
        for (var now = 0; now < trace.Requests.Length; now++)
        {
            var number = trace.Requests[now];
            var size = trace.Sizes[number];
            if (heldUntil[number] != 0)
            {
                hits++;
                bytes += size;
                used -= size;
                heldUntil[number] = 0;
            }
            if (next[now] == Never || size > capacity)
                continue;
            used += size;
            heldUntil[number] = next[now];
            farthestFirst.Enqueue(number, -(long)next[now]);
            while (used > capacity)
            {
                farthestFirst.TryDequeue(out var victim, out var use);
                // Entries of uses that have passed are husks: the object was queued again for its next use, or let go.
                if (heldUntil[victim] != -use)
                    continue;
                heldUntil[victim] = 0;
                used -= trace.Sizes[victim];
            }
        }
        return (hits, bytes);
    }

    /// <summary>For each request, when the same object is asked for next.</summary>
    private static int[] NextUses(Trace trace)
    {
        var next = new int[trace.Requests.Length];
        var seen = new int[trace.Sizes.Length];
        Array.Fill(seen, Never);
        for (var i = next.Length - 1; i >= 0; i--)
        {
            next[i] = seen[trace.Requests[i]];
            seen[trace.Requests[i]] = i;
        }
        return next;
    }
}
