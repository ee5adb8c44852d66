using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Tests.Measures;

/// <summary>MTR-03 to MTR-21 and DSH-02 to DSH-05: formulas and panels with golden numbers, those of the mock-up among them.</summary>
public sealed class MeasureScopesTests : IDisposable
{
    private readonly HistoryStore store = new(HistoryFile.Open(null, NullLogger.Instance), 200_000_000);

    public void Dispose() => store.Dispose();

    [Fact]
    public void Urls_Formulas_AreThoseOfTheDocument()
    {
        var window = Of(("sluice.presign.hits", 943), ("sluice.presign.misses", 57), ("sluice.presign.refreshes", 68), ("sluice.presign.signatures", 4999), ("sluice.presign.errors{category=credentials}", 1),
            ("sluice.presign.store.operations{operation=get}", 1000), ("sluice.presign.store.errors{type=busy}", 2), ("sluice.presign.store.errors{type=dropped}", 9));
        var urls = MeasureScopes.Urls;
        Assert.Equal(94.3, urls.HitRate(window)!.Value, 9);
        Assert.Equal(100.0 * 68 / 943, urls.RefreshRate(window)!.Value, 9);
        Assert.Equal(0.02, urls.ErrorRate(window)!.Value, 9);
        Assert.Equal(0.2, urls.BackingErrorRate(window)!.Value, 9); // what was dropped was no operation
        Assert.Equal(2, MeasureScopes.RateLimited(window));
    }

    [Fact]
    public void Media_Formulas_CountWhatTheCacheAnswered()
    {
        var window = Of(("sluice.edge.requests{outcome=hit}", 80), ("sluice.edge.requests{outcome=stale}", 5), ("sluice.edge.requests{outcome=revalidated}", 3), ("sluice.edge.requests{outcome=coalesced}", 2),
            ("sluice.edge.requests{outcome=miss}", 10), ("sluice.edge.requests{outcome=bypass}", 90), ("sluice.edge.requests{outcome=refused}", 10), ("sluice.edge.errors{status=502}", 4),
            ("sluice.origin.requests{origin=a,result=2xx}", 12), ("sluice.origin.requests{origin=a,result=5xx}", 3), ("sluice.origin.requests{origin=a,result=timeout}", 1),
            ("sluice.edge.sent{outcome=hit}", 1000), ("sluice.edge.sent{outcome=bypass}", 100), ("sluice.origin.received{origin=a}", 300));
        var media = MeasureScopes.Media;
        Assert.Equal(90, media.HitRate(window));
        Assert.Equal(100.0 * 8 / 90, media.RefreshRate(window)!.Value, 9);
        Assert.Equal(2, media.ErrorRate(window));
        Assert.Equal(25, media.BackingErrorRate(window));
        Assert.Equal(800, MeasureScopes.SavedBytes(window)); // of the 300 from origins 100 went past the cache, and are in what was sent too
        Assert.Equal(87, MeasureScopes.SavedRequests(window));
        Assert.Equal((1e9 / 1e9 * 0.09) + (2000 / 1000.0 * 0.0004), new Prices().Of(1e9, 2000), 12);
    }

    [Fact]
    public void Rates_WithoutRequests_AreNoNumber()
    {
        var nothing = Of();
        Assert.Null(MeasureScopes.Media.HitRate(nothing));
        Assert.Null(MeasureScopes.Urls.ErrorRate(nothing));
        Assert.Equal("–", new PanelBuilder(new AlertThresholds(), nothing, nothing, nothing).Urls().Cache[0].Text);
    }

    [Fact]
    public void Panels_OfTheMockUp_ReadAsItDoes()
    {
        var day = Of(("sluice.presign.hits", 943), ("sluice.presign.misses", 57), ("sluice.presign.refreshes", 68), ("sluice.presign.signatures", 4999), ("sluice.presign.errors{category=credentials}", 1), ("sluice.presign.store.operations{operation=get}", 1000));
        var before = Of(("sluice.presign.hits", 9220), ("sluice.presign.misses", 780), ("sluice.presign.refreshes", 784), ("sluice.presign.signatures", 9997), ("sluice.presign.errors{category=credentials}", 3), ("sluice.presign.store.operations{operation=get}", 1000));
        var minute = Of(("sluice.presign.signatures", 32), ("gauge:sluice.presign.store.size", 12_400_000), ("gauge:sluice.presign.store.limit", 512_000_000), ("gauge:sluice.presign.entries", 1423));
        var panels = new PanelBuilder(new AlertThresholds(), day, before, minute).Urls();
        Assert.Equal(["Hit Rate 94.3% 18 +2.1% good", "Refresh Rate 7.2% 9 -1.3% good"], panels.Cache.Select(Text));
        Assert.Equal(["URL Generation 0.02% 0 -0.01% good", "KV Operations 0.00% 0 +0.00% "], panels.Errors.Select(Text));
        Assert.Equal(["KV Storage 12.4MB", "KV Rate Limit 0 hits", "AWS Calls 32/min", "Active Keys 1,423"], panels.Resources.Select(fact => $"{fact.Label} {fact.Text}"));
        Assert.Equal(["URL Generation", "End-to-End"], panels.Latency.Select(latency => latency.Label));

        static string Text(Gauge gauge) => $"{gauge.Label} {gauge.Text} {gauge.Bar} {gauge.DeltaText} {gauge.DeltaTone}";
    }

    [Fact]
    public void Storage_OfBucketsWithOneStore_IsCountedOnce() // each tells of all of it
    {
        var minute = Of(("gauge:sluice.presign.store.size{origin=a}", 12_400_000), ("gauge:sluice.presign.store.size{origin=b}", 12_400_000), ("gauge:sluice.presign.entries{origin=a}", 1000), ("gauge:sluice.presign.entries{origin=b}", 423));
        var resources = new PanelBuilder(new AlertThresholds(), minute, minute, minute).Urls().Resources;
        Assert.Equal(("12.4MB", "1,423"), (resources[0].Text, resources[3].Text));
        Assert.Null(minute.Largest(MeasureNames.StoreLimit));
    }

    [Fact]
    public void Latencies_OfTheMockUp_ReadAsItDoes() // DSH-04, MTR-01, MTR-07
    {
        // 100 times: the 95th is the bound of the first bucket, the 99th that of the second.
        var day = new Window(new()
        {
            [store.Catalog.Get("sluice.presign.generation{origin=a}", SeriesKind.Histogram, [0.087, 0.156, 1])!.Id] = new SeriesValue { Value = 4.2, Buckets = [95, 4, 1, 0] },
            [store.Catalog.Get("sluice.presign.duration{result=miss}", SeriesKind.Histogram, [0.187, 0.326, 1])!.Id] = new SeriesValue { Value = 10.4, Buckets = [95, 4, 1, 0] },
        }, store.Catalog.Find);
        var panel = new PanelBuilder(new AlertThresholds(), day, Of(), Of()).Urls().Latency;
        Assert.Equal(["URL Generation 42ms | 42ms 87ms 156ms", "End-to-End 104ms | 104ms 187ms 326ms"], panel.Select(one => $"{one.Label} {one.Headline} | {one.Average} {one.P95} {one.P99}"));
    }

    private Window Of(params (string Name, double Value)[] values) => new(
        values.ToDictionary(
            pair => pair.Name.StartsWith("gauge:", StringComparison.Ordinal) ? store.Catalog.Get(pair.Name[6..], SeriesKind.Gauge, [])!.Id : store.Catalog.Get(pair.Name, SeriesKind.Counter, [])!.Id,
            pair => new SeriesValue { Value = pair.Value }),
        store.Catalog.Find);
}
