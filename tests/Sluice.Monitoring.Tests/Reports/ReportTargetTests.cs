using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Reports;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Tests.Reports;

/// <summary>MTR-02 to MTR-22: the documents' targets, each just met and just missed.</summary>
public sealed class ReportTargetTests : IDisposable
{
    private const long Midnight = 1_790_035_200;
    private static readonly double[] Bounds = [0.05, 0.0999, 0.1499, 0.1999, 0.2999, 0.4999, 0.7999, 2];
    private readonly HistoryStore store = new(HistoryFile.Open(null, NullLogger.Instance), 200_000_000);

    public void Dispose() => store.Dispose();

    [Theory]
    [InlineData("hit rate", "> 90%", "presign.hits=901 presign.misses=99", "presign.hits=900 presign.misses=100")] // MTR-04
    [InlineData("refresh rate", "< 10%", "presign.hits=1000 presign.refreshes=99", "presign.hits=1000 presign.refreshes=100")] // MTR-06
    [InlineData("errors", "< 0.1%", "presign.signatures=9991 presign.errors{category=refresh}=9", "presign.signatures=9990 presign.errors{category=refresh}=10")] // MTR-10
    [InlineData("fallbacks", "< 1%", "presign.hits=1000 presign.fallbacks=9", "presign.hits=1000 presign.fallbacks=10")] // MTR-12
    [InlineData("KV errors", "< 0.1%", "presign.store.operations=10000 presign.store.errors{type=timeout}=9", "presign.store.operations=10000 presign.store.errors{type=timeout}=10")] // MTR-14
    [InlineData("expired URLs found, an hour", "< 1", "presign.hits=1 presign.expirations=23", "presign.hits=1 presign.expirations=24")] // MTR-16: of a day
    [InlineData("KV storage of its bound", "< 80%", "gauge:presign.store.size=799 gauge:presign.store.limit=1000", "gauge:presign.store.size=800 gauge:presign.store.limit=1000")] // MTR-18
    [InlineData("KV rate limits", "0", "presign.store.operations=10", "presign.store.operations=10 presign.store.errors{type=busy}=1")] // MTR-20
    [InlineData("signatures, a minute", "< 100", "presign.signatures=143999", "presign.signatures=144000")] // MTR-22: of a day
    public void Target_JustMetAndJustMissed_IsJudged(string label, string target, string met, string missed)
    {
        Assert.Equal((target, "good"), Judge(label, met));
        Assert.Equal((target, "bad"), Judge(label, missed));
    }

    [Theory]
    [InlineData("presign.generation", "URL generation, average", 1, 2)] // MTR-02: < 100 ms
    [InlineData("presign.generation", "URL generation, P95", 3, 4)] // < 200 ms
    [InlineData("presign.generation", "URL generation, P99", 5, 6)] // < 500 ms
    [InlineData("presign.duration{result=miss}", "latency, average", 2, 3)] // MTR-08: < 150 ms
    [InlineData("presign.duration{result=miss}", "latency, P95", 4, 5)] // < 300 ms
    [InlineData("presign.duration{result=miss}", "latency, P99", 6, 7)] // < 800 ms
    public void Time_JustMetAndJustMissed_IsJudged(string instrument, string label, int met, int missed)
    {
        Assert.Equal("good", Time(instrument, label, met));
        Assert.Equal("bad", Time(instrument, label, missed));
    }

    private string Time(string instrument, string label, int bucket)
    {
        var counts = new long[Bounds.Length + 1];
        counts[bucket] = 1000;
        var series = store.Catalog.Get("sluice." + instrument, SeriesKind.Histogram, Bounds)!;
        return Line(label, new() { [series.Id] = new SeriesValue { Value = Bounds[bucket] * 1000, Buckets = counts } }).Tone;
    }

    private (string Target, string Tone) Judge(string label, string what)
    {
        var line = Line(label, what.Split(' ').Select(pair => (Name: pair[..pair.LastIndexOf('=')], Value: double.Parse(pair[(pair.LastIndexOf('=') + 1)..], System.Globalization.CultureInfo.InvariantCulture))).ToDictionary(
            pair => store.Catalog.Get("sluice." + pair.Name.Replace("gauge:", "", StringComparison.Ordinal), pair.Name.StartsWith("gauge:", StringComparison.Ordinal) ? SeriesKind.Gauge : SeriesKind.Counter, [])!.Id,
            pair => new SeriesValue { Value = pair.Value, Maximum = pair.Value }));
        return (line.Target, line.Tone);
    }

    private ReportLine Line(string label, Dictionary<int, SeriesValue> point)
    {
        using var own = new HistoryStore(HistoryFile.Open(null, NullLogger.Instance), 200_000_000);
        own.Append(Midnight - 3600, own.Resolve(catalog => point.ToDictionary(pair => Same(catalog, store.Catalog.Find(pair.Key)!).Id, pair => pair.Value)));
        var (options, sources) = (new MonitoringOptions(), new MonitorSources { HasUrls = () => true });
        var report = new ReportBuilder(options, sources, own, new SummaryBuilder(options, sources, null!, own)).Build(Period.Find("day")!, DateTimeOffset.FromUnixTimeSeconds(Midnight));
        return Assert.Single(report.Lines, line => line.Label == label && line.Group is "Presigned URLs" or "Store" && line.Label == label);

        static Series Same(SeriesCatalog catalog, Series series) => catalog.Get(series.Name, series.Kind, series.Bounds)!;
    }
}
