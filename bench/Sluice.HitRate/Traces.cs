namespace Sluice.HitRate;

/// <summary>Synthetic request streams: skewed popularity, one-time scans, and loops. The same seed makes the same trace on every machine.</summary>
internal static class Traces
{
    private const long SmallestObject = 4 << 10, LargestObject = 16 << 20;

    public static IEnumerable<Func<Trace>> All(int requests, int objects, int seed) =>
    [
        () => new Trace("Zipf 0.8", Zipf(requests, objects, 0.8, new Random(seed)), Sizes(objects, seed)),
        () => new Trace("Zipf 1.0", Zipf(requests, objects, 1.0, new Random(seed)), Sizes(objects, seed)),
        () => ScanInZipf(requests, objects, seed),
        () => LoopInZipf(requests, objects, seed),
        () => Loop(requests, objects, seed),
    ];

    /// <summary>Object numbers with popularity 1 / rank^skew.</summary>
    private static int[] Zipf(int requests, int objects, double skew, Random random)
    {
        var cumulative = new double[objects];
        var sum = 0.0;
        for (var rank = 0; rank < objects; rank++)
            cumulative[rank] = sum += Math.Pow(rank + 1, -skew);
        var drawn = new int[requests];
        for (var i = 0; i < requests; i++)
        {
            var found = Array.BinarySearch(cumulative, random.NextDouble() * sum);
            drawn[i] = Math.Min(found < 0 ? ~found : found, objects - 1);
        }
        return drawn;
    }

    /// <summary>A quarter of the requests are for objects asked for once, in runs of 500: a crawler or a backup beside the viewers.</summary>
    private static Trace ScanInZipf(int requests, int objects, int seed)
    {
        var next = objects;
        var stream = Zipf(requests, objects, 1.0, new Random(seed));
        for (var i = 0; i < requests; i++)
            if (i / 500 % 4 == 3)
                stream[i] = next++;
        return new Trace("Zipf 1.0 + scan", stream, Sizes(next, seed));
    }

    /// <summary>A quarter of the requests walk round and round a twentieth as many objects: a playlist on repeat beside the viewers.</summary>
    private static Trace LoopInZipf(int requests, int objects, int seed)
    {
        var loop = Math.Max(1, objects / 20);
        var stream = Zipf(requests, objects, 1.0, new Random(seed));
        for (var i = 0; i < requests / 4; i++)
            stream[(i * 4) + 3] = objects + (i % loop);
        return new Trace("Zipf 1.0 + loop", stream, Sizes(objects + loop, seed));
    }

    /// <summary>Every object in turn, again and again: larger than any cache of the table, which is the worst case of any policy that keeps what is new.</summary>
    private static Trace Loop(int requests, int objects, int seed)
    {
        var length = Math.Min(objects, Math.Max(1, requests / 10));
        return new Trace("Loop", [.. Enumerable.Range(0, requests).Select(i => i % length)], Sizes(length, seed));
    }

    /// <summary>Log-normal sizes round a median of 128 KiB (most objects small, most bytes in large ones), independent of popularity.</summary>
    private static long[] Sizes(int objects, int seed)
    {
        var random = new Random(seed + 1);
        var sizes = new long[objects];
        for (var i = 0; i < objects; i++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            sizes[i] = Math.Clamp((long)((128 << 10) * Math.Exp(1.5 * normal)), SmallestObject, LargestObject);
        }
        return sizes;
    }
}
