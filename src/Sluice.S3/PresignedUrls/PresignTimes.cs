using System.Numerics;

namespace Sluice.S3.PresignedUrls;

/// <summary>How long something took, as counts in buckets an eighth of their value wide, so that average and percentiles since start are known without keeping each time.</summary>
internal sealed class PresignTimes
{
    // Ticks of 100 ns: the highest bit and the three below it. Beyond an hour all is one.
    private const int Steps = 8;
    private readonly long[] buckets = new long[Steps * 36];
    private long count;
    private long ticks;

    /// <summary>Notes a time that stands for <paramref name="weight"/> of them.</summary>
    public void Add(TimeSpan time, int weight = 1)
    {
        Interlocked.Add(ref buckets[Bucket(time.Ticks)], weight);
        Interlocked.Add(ref ticks, time.Ticks * weight);
        Interlocked.Add(ref count, weight);
    }

    /// <summary>What was noted so far; null when nothing was.</summary>
    public PresignTiming? Read()
    {
        var (all, sum) = (Volatile.Read(ref count), Volatile.Read(ref ticks));
        return all == 0 ? null : new(all, Milliseconds((double)sum / all), Percentile(0.95), Percentile(0.99));
    }

    private double Percentile(double share)
    {
        var all = buckets.Sum();
        var (seen, wanted) = (0L, (long)Math.Ceiling(share * all));
        for (var i = 0; i < buckets.Length; i++)
            if ((seen += Volatile.Read(ref buckets[i])) >= wanted) return Milliseconds(Middle(i));
        return Milliseconds(Middle(buckets.Length - 1));
    }

    private static int Bucket(long ticks)
    {
        if (ticks < Steps) return (int)Math.Max(ticks, 0);
        var top = BitOperations.Log2((ulong)ticks);
        return Math.Min((Steps * 36) - 1, ((top - 2) * Steps) + (int)((ticks >> (top - 3)) & (Steps - 1)));
    }

    private static double Middle(int bucket)
    {
        if (bucket < Steps) return bucket;
        var shift = (bucket / Steps) - 1;
        var lowest = (long)(Steps + (bucket % Steps)) << shift;
        return lowest + (((1L << shift) - 1) / 2.0);
    }

    private static double Milliseconds(double ticks) => ticks / TimeSpan.TicksPerMillisecond;
}
