using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Prometheus;
using Sluice.TestKit.Time;

namespace Sluice.Monitoring.Tests.History;

/// <summary>From instruments through the SDK's aggregation to points.</summary>
public sealed class SamplerTests : IDisposable
{
    private readonly Meter meter = new($"Sluice.Test{Guid.NewGuid():N}");
    private readonly ManualTimeProvider time = new(DateTimeOffset.FromUnixTimeSeconds(1_790_000_000));
    private readonly HistoryStore store = new(HistoryFile.Open(null, NullLogger.Instance), 200_000_000);
    private readonly PrometheusScraper scraper;
    private readonly Sampler sampler;

    public SamplerTests()
    {
        var options = new PrometheusOptions();
        options.Meters.Add(meter.Name);
        scraper = new PrometheusScraper(Options.Create(options), NullLogger<PrometheusScraper>.Instance);
        scraper.Listen();
        sampler = new Sampler(scraper, store, time);
    }

    public void Dispose()
    {
        scraper.Dispose();
        store.Dispose();
        meter.Dispose();
    }

    [Fact]
    public async Task Sample_Twice_WritesWhatWasAddedBetween()
    {
        var counter = meter.CreateCounter<long>("sluice.test.n");
        var histogram = meter.CreateHistogram<double>("sluice.test.t", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        var level = 5L;
        meter.CreateObservableGauge("sluice.test.g", () => level);
        meter.CreateCounter<long>("other.n").Add(9);
        counter.Add(3, new KeyValuePair<string, object?>("k", "a"));
        histogram.Record(0.05);
        await StepAsync();
        counter.Add(4, new KeyValuePair<string, object?>("k", "a"));
        histogram.Record(0.5);
        histogram.Record(0.5);
        level = 6;
        await StepAsync();

        var points = store.Read(HistoryLevel.Fine, 0, long.MaxValue, 10, SeriesFilter.All);
        Assert.Equal([3, 4], points.Select(point => point.Window.Sum("sluice.test.n", "k", "a")));
        Assert.Equal([1, 2], points.Select(point => point.Window.Histogram("sluice.test.t").Count));
        Assert.Equal([5, 6], points.Select(point => point.Window.Last("sluice.test.g")!.Value));
        Assert.DoesNotContain(store.Catalog.All, series => series.Instrument == "other.n");
    }

    // As the prefixes of a bucket, each an origin.
    [Fact]
    public async Task Sample_OfLongLabelsThatBeginAlike_HasEach()
    {
        var counter = meter.CreateCounter<long>("sluice.test.n");
        var origin = "https://storage.googleapis.com/media-of-an-organisation-with-a-long-name-europe-west4/customers/";
        counter.Add(3, new KeyValuePair<string, object?>("origin", origin + "a"));
        counter.Add(4, new KeyValuePair<string, object?>("origin", origin + "b"));
        await StepAsync();
        Assert.Equal([(origin + "a", 3), (origin + "b", 4)], store.Read(HistoryLevel.Fine, 0, long.MaxValue, SeriesFilter.All).By("sluice.test.n", "origin").Order());
    }

    [Fact]
    public async Task Live_AfterASample_IsWhatHappenedSince_AndIsNotWritten()
    {
        var counter = meter.CreateCounter<long>("sluice.test.n");
        counter.Add(3);
        await StepAsync();
        counter.Add(2);
        Assert.Equal(2, (await sampler.LiveAsync(TestContext.Current.CancellationToken)).Sum("sluice.test.n"));
        Assert.Equal(2, (await sampler.LiveAsync(TestContext.Current.CancellationToken)).Sum("sluice.test.n"));
        await StepAsync();
        Assert.Equal(5, store.Read(HistoryLevel.Hour, 0, long.MaxValue, SeriesFilter.All).Sum("sluice.test.n"));
    }

    [Fact]
    public async Task Point_DueWhileTheHistoryIsRead_IsWrittenAfterwards_SoThatNothingCountsTwice()
    {
        var reader = new HistoryReader(store, sampler);
        meter.CreateCounter<long>("sluice.edge.requests").Add(3);
        Task<bool>? due = null;

        Assert.Equal(3, await reader.ReadAsync(
            live =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                due = Task.Run(() => reader.SampleAsync(TestContext.Current.CancellationToken));
                Assert.False(due.Wait(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken));
                return Known(reader, live);
            },
            TestContext.Current.CancellationToken));

        Assert.True(await due!);
        Assert.Equal(3, await reader.ReadAsync(live => Known(reader, live), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(false, 20, 20)] // since the start, and no longer
    [InlineData(false, 300, 64)] // to the point: six whole ones and what has begun
    [InlineData(true, 20, 64)] // what was done before a restart is in the minute
    public void Minute_IsAsLongAsWhatIsInIt(bool isRestart, int uptime, int seconds)
    {
        time.Advance(TimeSpan.FromSeconds(4));
        var now = time.GetUtcNow();
        foreach (var ago in isRestart ? (int[])[50, 10] : [10])
            store.Append(now.ToUnixTimeSeconds() - ago, store.Resolve(catalog => new Dictionary<int, SeriesValue> { [catalog.Get("sluice.edge.requests", SeriesKind.Counter, [])!.Id] = new() { Value = 1 } }));
        Assert.Equal(seconds, new HistoryReader(store, sampler).LastMinuteSeconds(now, TimeSpan.FromSeconds(uptime)));
    }

    private double Known(HistoryReader reader, Window live) => reader.LastMinute(time.GetUtcNow().ToUnixTimeSeconds()).With(live).Sum("sluice.edge.requests");

    [Fact]
    public async Task Sample_AWindOfLabels_DoesNotGrowBeyondItsBound()
    {
        var counter = meter.CreateCounter<long>("sluice.test.paths");
        for (var i = 0; i < 10_000; i++) counter.Add(1, new KeyValuePair<string, object?>("path", "/" + i));
        await StepAsync();
        Assert.InRange(store.Catalog.All.Count(), 1, SeriesCatalog.Maximum);
    }

    private async Task StepAsync()
    {
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await sampler.SampleAsync(TestContext.Current.CancellationToken));
    }
}
