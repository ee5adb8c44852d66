using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sluice.S3.PresignedUrls;

/// <summary>The instruments of presigned URLs (rows MTR-01 to MTR-28, MTR-36); documented in docs/presigned-urls.md. No label holds a path.</summary>
internal static class PresignMeter
{
    private static readonly Meter Meter = new("Sluice.S3.PresignedUrls");
    private static readonly ConcurrentDictionary<PresignCounters, byte> Live = new();

    // From one microsecond: that is what a signature takes. The row's own targets (100, 200, 500 ms) are bounds too.
    private static readonly InstrumentAdvice<double> Bounds = new()
    {
        HistogramBucketBoundaries = [0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1, 5],
    };

    private static readonly Histogram<double> Generation = Meter.CreateHistogram("sluice.presign.generation", "s", "Time to compute a URL's signature, by origin.", null, Bounds);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram("sluice.presign.duration", "s", "Time to hand out a URL, by origin and result; hits are sampled, one in 16.", null, Bounds);

    static PresignMeter()
    {
        Counter("sluice.presign.hits", "{url}", "URLs handed out from the cache.", PresignCount.Hits);
        Counter("sluice.presign.misses", "{url}", "URLs that had to be signed.", PresignCount.Misses);
        Counter("sluice.presign.direct", "{url}", "URLs signed without the cache because their path is outside the rollout.", PresignCount.Direct);
        Counter("sluice.presign.refreshes", "{url}", "Refreshes begun in the background.", PresignCount.Refreshes);
        Counter("sluice.presign.signatures", "{signature}", "Signatures computed, counted just before.", PresignCount.Signatures);
        Counter("sluice.presign.expirations", "{url}", "Expired URLs found in the store; they are never handed out.", PresignCount.Expirations);
        Counter("sluice.presign.fallbacks", "{url}", "URLs signed directly because the store did not answer.", PresignCount.Fallbacks);
        Labelled("sluice.presign.errors", "{error}", "Failures by category: credentials, refresh, refused, store.", "category",
            ("credentials", c => c[PresignCount.CredentialErrors]), ("refresh", c => c[PresignCount.RefreshErrors]), ("refused", c => c[PresignCount.Refused]), ("store", c => c.StoreErrors));
        Labelled("sluice.presign.store.operations", "{operation}", "Reads and writes of the store.", "operation",
            ("get", c => c[PresignCount.StoreReads]), ("set", c => c[PresignCount.StoreWrites]));
        Labelled("sluice.presign.store.errors", "{error}", "Reads and writes of the store that failed, by type; busy is its rate limit.", "type",
            ("timeout", c => c[PresignCount.StoreTimeouts]), ("busy", c => c[PresignCount.StoreBusy]), ("failed", c => c[PresignCount.StoreFailures]), ("dropped", c => c[PresignCount.StoreDropped]));
        Gauge("sluice.presign.entries", "{url}", "URLs held in memory.", sizes => sizes.Entries);
        Gauge("sluice.presign.size", "By", "Bytes of the URLs in memory, from their number and average size.", sizes => sizes.Bytes);
        Gauge("sluice.presign.store.entries", "{url}", "URLs in the store, of all buckets.", sizes => sizes.StoreEntries);
        Gauge("sluice.presign.store.size", "By", "Bytes in the store, of all buckets.", sizes => sizes.StoreBytes);
        Gauge("sluice.presign.store.limit", "By", "Bound of the store; 0 for none.", sizes => sizes.StoreLimit);
    }

    public static void Begin(PresignCounters counters) => Live[counters] = 0;

    public static void End(PresignCounters counters) => Live.TryRemove(counters, out _);

    public static void Generated(PresignCounters counters, TimeSpan time)
    {
        counters.Generation.Add(time);
        Generation.Record(time.TotalSeconds, new KeyValuePair<string, object?>("origin", counters.Origin));
    }

    /// <summary>Notes how long it took to hand a URL out; it stands for <paramref name="weight"/> of them.</summary>
    public static void HandedOut(PresignCounters counters, string result, TimeSpan time, int weight = 1)
    {
        counters.Duration.Add(time, weight);
        Duration.Record(time.TotalSeconds, new("origin", counters.Origin), new KeyValuePair<string, object?>("result", result));
    }

    private static void Counter(string name, string unit, string meaning, PresignCount count) =>
        Meter.CreateObservableCounter(name, () => Live.Keys.Select(c => new Measurement<long>(c[count], new KeyValuePair<string, object?>("origin", c.Origin))), unit, meaning);

    private static void Gauge(string name, string unit, string meaning, Func<PresignSizes, long> read) =>
        Meter.CreateObservableGauge(name, () => Live.Keys.Select(c => new Measurement<long>(read(c.Sizes()), new KeyValuePair<string, object?>("origin", c.Origin))), unit, meaning);

    private static void Labelled(string name, string unit, string meaning, string label, params (string Value, Func<PresignCounters, long> Read)[] series) =>
        Meter.CreateObservableCounter(name, () => Live.Keys.SelectMany(c => series.Select(s => new Measurement<long>(s.Read(c), new("origin", c.Origin), new KeyValuePair<string, object?>(label, s.Value)))), unit, meaning);
}
