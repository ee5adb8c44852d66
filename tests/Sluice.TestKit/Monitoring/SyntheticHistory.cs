using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;

namespace Sluice.TestKit.Monitoring;

/// <summary>A history file as a busy server with two buckets would have written it: traffic with days and weeks in it, always the same for the same seed.</summary>
public static class SyntheticHistory
{
    private static readonly double[] Bounds = [0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 1, 2.5, 5, 10, 30, 60];

    /// <summary>Writes the days before <paramref name="until"/>: minutes throughout, and points of ten seconds in the last day.</summary>
    /// <param name="path">The file.</param>
    /// <param name="days">How many days.</param>
    /// <param name="until">Where they end.</param>
    /// <param name="further">More series, as servers with other parts have them; to fill a file.</param>
    /// <param name="trouble">Errors and slowness in the last ten minutes.</param>
    public static void Write(string path, int days, DateTimeOffset until, int further = 0, bool trouble = false)
    {
        using var store = new HistoryStore(HistoryFile.Open(path, NullLogger.Instance), 200_000_000);
        var random = new Random(42);
        var end = HistoryLevel.Minute.Floor(until.ToUnixTimeSeconds());
        for (var at = end - (days * 86_400L); at < end; at += at >= end - 86_400 ? 10 : 60)
        {
            var seconds = at >= end - 86_400 ? 10 : 60;
            store.Append(at, store.Resolve(catalog => Sample(catalog, at, seconds, random, further, trouble && at >= end - 600)));
        }

        store.Records.Mark(end - (6 * 3600), "version", "Version 0.1.0, after 0.0.9");
        store.Records.Note("version", "0.1.0");
        // Of a weekday that was since.
        store.Records.Resolve(store.Records.Raise("hit-rate-media", 1, "Media: the hit rate was 71.0% over 15 minutes (less than 85%)", 71, end - (20 * 86_400)), end - (20 * 86_400) + 900);
    }

    /// <summary>Requests a second at a time: more in the evening, more at weekends.</summary>
    public static double Rate(long at)
    {
        var (hour, day) = (at / 3600.0 % 24, (at / 86_400 + 4) % 7);
        return (120 + (100 * Math.Sin((hour - 14) / 24 * 2 * Math.PI))) * (day is 0 or 6 ? 1.35 : 1);
    }

    private static Dictionary<int, SeriesValue> Sample(SeriesCatalog catalog, long at, int seconds, Random random, int further, bool trouble)
    {
        var point = new Dictionary<int, SeriesValue>();
        var requests = Math.Round(Rate(at) * seconds * (0.93 + (0.14 * random.NextDouble())));
        var share = 0.925 + (0.03 * Math.Sin(at / 7200.0)) + (0.006 * random.NextDouble()) - (trouble ? 0.3 : 0);
        var (misses, stale, revalidated, coalesced) = (Math.Round(requests * (1 - share)), Math.Round(requests * 0.01), Math.Round(requests * 0.03), Math.Round(requests * 0.005));
        var hits = requests - misses - stale - revalidated - coalesced;
        foreach (var (outcome, count) in (ReadOnlySpan<(string, double)>)[("hit", hits), ("miss", misses), ("stale", stale), ("revalidated", revalidated), ("coalesced", coalesced), ("bypass", 0), ("refused", Math.Round(requests * 0.002))])
        {
            Counter(MeasureNames.Requests, count, ("outcome", outcome));
            Counter(MeasureNames.Sent, count * 410_000, ("outcome", outcome));
        }

        foreach (var (tier, count) in (ReadOnlySpan<(string, double)>)[("memory", Math.Round(hits * 0.8) + stale + revalidated), ("disk", hits - Math.Round(hits * 0.8)), ("origin", misses + coalesced)])
        {
            Counter(MeasureNames.TierRequests, count, ("tier", tier));
            Counter(MeasureNames.TierSent, count * 410_000, ("tier", tier));
        }

        Counter(MeasureNames.Errors, Math.Round(requests * (trouble ? 0.04 : 0.0002)), ("status", "502"));
        Times(MeasureNames.Duration, hits / 16, 0.00018, ("path", "fast"));
        Times(MeasureNames.Duration, requests - hits, trouble ? 0.9 : 0.045, ("path", "full"));
        foreach (var (origin, part) in (ReadOnlySpan<(string, double)>)[("s3://media", 0.8), ("s3://archive", 0.2)])
        {
            Counter(MeasureNames.OriginRequests, Math.Round((misses + revalidated) * part * (trouble ? 0.9 : 1)), ("origin", origin), ("result", "2xx"));
            Counter(MeasureNames.OriginRequests, Math.Round((misses + revalidated) * part * (trouble ? 0.1 : 0.0005)), ("origin", origin), ("result", "5xx"));
            Counter(MeasureNames.OriginReceived, misses * part * 410_000, ("origin", origin));
            Times(MeasureNames.OriginFirstByte, (misses + revalidated) * part, trouble ? 0.8 : 0.04, ("origin", origin));
            Gauge(MeasureNames.Circuit, 0, ("origin", origin), ("route", "route1"));
        }

        var urls = Math.Round(requests * 0.4);
        Counter(MeasureNames.PresignHits, Math.Round(urls * 0.943), ("origin", "remote"));
        Counter(MeasureNames.PresignMisses, urls - Math.Round(urls * 0.943), ("origin", "remote"));
        Counter(MeasureNames.PresignRefreshes, Math.Round(urls * 0.943 * 0.072), ("origin", "remote"));
        Counter(MeasureNames.PresignSignatures, Math.Round(urls * 0.125), ("origin", "remote"));
        Counter(MeasureNames.StoreOperations, Math.Round(urls * 0.2), ("operation", "get"), ("origin", "remote"));
        Times(MeasureNames.PresignGeneration, urls * 0.125, 0.000004, ("origin", "remote"));
        Times(MeasureNames.PresignDuration, urls * 0.057, 0.00002, ("origin", "remote"), ("result", "miss"));
        foreach (var (gauge, value) in (ReadOnlySpan<(string, double)>)[(MeasureNames.MemorySize, 255e6), (MeasureNames.MemoryLimit, 268e6), (MeasureNames.DiskSize, 8.4e9), (MeasureNames.DiskLimit, 10.7e9), (MeasureNames.Objects, 41_230), (MeasureNames.Fills, 3),
                     (MeasureNames.Resident, 512e6), (MeasureNames.StoreSize, 12.4e6), (MeasureNames.StoreLimit, 512e6), (MeasureNames.PresignEntries, 1423)])
            Gauge(gauge, value);
        Counter(MeasureNames.Cpu, seconds * 0.31);
        for (var i = 0; i < further; i++) Counter("sluice.test.further", random.Next(1, 100_000), ("n", i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return point;

        void Counter(string name, double value, params (string, string)[] labels) => point[Find(name, SeriesKind.Counter, labels).Id] = new SeriesValue { Value = value };

        void Gauge(string name, double value, params (string, string)[] labels) => point[Find(name, SeriesKind.Gauge, labels).Id] = new SeriesValue { Value = value, Maximum = value };

        void Times(string name, double count, double mean, params (string, string)[] labels)
        {
            // Half of them in the bucket of the mean, most of the rest around it, a few beyond.
            var (buckets, middle) = (new long[Bounds.Length + 1], Array.FindIndex(Bounds, bound => bound >= mean));
            (buckets[Math.Max(0, middle - 1)], buckets[middle], buckets[middle + 1], buckets[middle + 2]) = ((long)(count * 0.3), (long)(count * 0.5), (long)(count * 0.19), (long)(count * 0.01));
            point[Find(name, SeriesKind.Histogram, labels).Id] = new SeriesValue { Value = mean * buckets.Sum(), Buckets = buckets };
        }

        Series Find(string name, SeriesKind kind, (string Key, string Value)[] labels) =>
            catalog.Get(SeriesCatalog.Name(name, labels.Select(label => new KeyValuePair<string, object?>(label.Key, label.Value))), kind, kind == SeriesKind.Histogram ? Bounds : [])!;
    }
}
