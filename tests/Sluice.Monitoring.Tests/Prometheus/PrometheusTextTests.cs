using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Monitoring.Prometheus;

namespace Sluice.Monitoring.Tests.Prometheus;

/// <summary>The exact text for each kind of instrument, from measurement through the SDK to the scrape.</summary>
public sealed class PrometheusTextTests : IDisposable
{
    private readonly Meter _meter = new($"Test.{Guid.NewGuid()}");
    private readonly PrometheusScraper _scraper;

    public PrometheusTextTests()
    {
        _scraper = Scraper(_meter.Name);
        _scraper.Listen();
    }

    public void Dispose()
    {
        _scraper.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task Counter_WithLabels_IsATotal()
    {
        var requests = _meter.CreateCounter<long>("sluice.edge.requests", "{request}", "Requests answered.");
        requests.Add(2, new("outcome", "hit"), new KeyValuePair<string, object?>("http.route", "/a/{b}"));
        requests.Add(3, new("outcome", "hit"), new KeyValuePair<string, object?>("http.route", "/a/{b}"));
        await Expect("""
            # HELP sluice_edge_requests_total Requests answered.
            # TYPE sluice_edge_requests_total counter
            sluice_edge_requests_total{http_route="/a/{b}",outcome="hit"} 5
            """);
    }

    [Fact]
    public async Task Counter_OfDoublesInSeconds_NamesTheUnitOnce()
    {
        _meter.CreateCounter<double>("sluice.video.cpu_seconds_total", "s", "CPU time.").Add(1.25);
        await Expect("""
            # HELP sluice_video_cpu_seconds_total CPU time.
            # TYPE sluice_video_cpu_seconds_total counter
            sluice_video_cpu_seconds_total 1.25
            """);
    }

    [Fact]
    public async Task UpDownCounter_IsAGauge()
    {
        var flights = _meter.CreateUpDownCounter<int>("sluice.flights", "{flight}", "Fetches under way.");
        flights.Add(3);
        flights.Add(-5);
        await Expect("""
            # HELP sluice_flights Fetches under way.
            # TYPE sluice_flights gauge
            sluice_flights -2
            """);
    }

    [Fact]
    public async Task Gauge_LastValue_SpecialNumbersSpelledAsPrometheusDoes()
    {
        var gauge = _meter.CreateGauge<double>("sluice.hit", "1", "Share of hits.");
        gauge.Record(0.5, new KeyValuePair<string, object?>("tier", "memory"));
        gauge.Record(0.75, new KeyValuePair<string, object?>("tier", "memory"));
        gauge.Record(double.NaN, new KeyValuePair<string, object?>("tier", "disk"));
        gauge.Record(double.PositiveInfinity, new KeyValuePair<string, object?>("tier", "redis"));
        gauge.Record(double.NegativeInfinity, new KeyValuePair<string, object?>("tier", 0));
        var lines = (await Scrape()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("# TYPE sluice_hit_ratio gauge", lines[1]);
        Assert.Equal(
            ["sluice_hit_ratio{tier=\"0\"} -Inf", "sluice_hit_ratio{tier=\"disk\"} NaN", "sluice_hit_ratio{tier=\"memory\"} 0.75", "sluice_hit_ratio{tier=\"redis\"} +Inf"],
            lines[2..].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ObservableInstruments_AreReadOnTheScrape()
    {
        var bytes = 10L;
        _meter.CreateObservableUpDownCounter("sluice.memory", () => bytes, "By", "Bytes held.");
        _meter.CreateObservableGauge("sluice.disk.free", () => 1.5, "GiBy", "Free space.");
        _meter.CreateObservableCounter("sluice.evictions", () => bytes, "{chunk}", "Chunks evicted.");
        await Scrape();
        bytes = 4096;
        await Expect("""
            # HELP sluice_disk_free_gibibytes Free space.
            # TYPE sluice_disk_free_gibibytes gauge
            sluice_disk_free_gibibytes 1.5
            # HELP sluice_evictions_total Chunks evicted.
            # TYPE sluice_evictions_total counter
            sluice_evictions_total 4096
            # HELP sluice_memory_bytes Bytes held.
            # TYPE sluice_memory_bytes gauge
            sluice_memory_bytes 4096
            """);
    }

    [Fact]
    public async Task Histogram_OwnBounds_BucketsAreCumulative()
    {
        var histogram = _meter.CreateHistogram<double>("sluice.fetch", "s", "Time to fetch.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 10] });
        foreach (var value in new[] { 0.25, 0.5, 0.75, 20 })
            histogram.Record(value, new KeyValuePair<string, object?>("origin", "s3"));
        await Expect("""
            # HELP sluice_fetch_seconds Time to fetch.
            # TYPE sluice_fetch_seconds histogram
            sluice_fetch_seconds_bucket{origin="s3",le="0.5"} 2
            sluice_fetch_seconds_bucket{origin="s3",le="1"} 3
            sluice_fetch_seconds_bucket{origin="s3",le="10"} 3
            sluice_fetch_seconds_bucket{origin="s3",le="+Inf"} 4
            sluice_fetch_seconds_sum{origin="s3"} 21.5
            sluice_fetch_seconds_count{origin="s3"} 4
            """);
    }

    [Fact]
    public async Task Histogram_NoBounds_GetsThoseOfItsUnit()
    {
        _meter.CreateHistogram<double>("sluice.time", "s").Record(0.0002);
        _meter.CreateHistogram<long>("sluice.size", "By").Record(2000);
        var lines = (await Scrape()).Split('\n');
        Assert.Contains("sluice_time_seconds_bucket{le=\"0.0001\"} 0", lines);
        Assert.Contains("sluice_time_seconds_bucket{le=\"0.00025\"} 1", lines);
        Assert.Contains("sluice_time_seconds_bucket{le=\"60\"} 1", lines);
        Assert.Contains("sluice_size_bytes_bucket{le=\"1024\"} 0", lines);
        Assert.Contains("sluice_size_bytes_bucket{le=\"4096\"} 1", lines);
        Assert.Contains("sluice_size_bytes_bucket{le=\"4294967296\"} 1", lines);
    }

    [Theory]
    [InlineData("edge", 512)]
    [InlineData("origin", 4096)] // of hundreds of origins it must be known which one fails
    public async Task Labels_MoreSetsThanThereIsRoomFor_AreCountedTogether(string of, int sets)
    {
        var counter = _meter.CreateCounter<long>($"sluice.{of}.requests");
        for (var i = 0; i < 10_000; i++) counter.Add(1, new KeyValuePair<string, object?>("path", $"/{i}"));
        var values = (await Scrape()).Split('\n').Where(line => line.StartsWith($"sluice_{of}_requests_total{{", StringComparison.Ordinal)).ToList();
        Assert.Equal(sets + 1, values.Count);
        Assert.Contains(FormattableString.Invariant($"sluice_{of}_requests_total{{otel_metric_overflow=\"true\"}} {10_000 - sets}"), values);
    }

    [Fact]
    public async Task Text_BackslashQuoteNewline_IsEscaped()
    {
        _meter.CreateCounter<long>("a", null, "one\\two\n\"three\"").Add(1, new("path", "a\\b\"c\nd é"), new KeyValuePair<string, object?>("ok", true));
        await Expect("""
            # HELP a_total one\\two\n"three"
            # TYPE a_total counter
            a_total{ok="true",path="a\\b\"c\nd é"} 1
            """);
    }

    [Fact]
    public async Task Help_NoDescription_IsTheInstrumentsName()
    {
        _meter.CreateCounter<long>("sluice.purges").Add(1);
        Assert.StartsWith("# HELP sluice_purges_total sluice.purges\n", await Scrape());
    }

    [Fact]
    public async Task Labels_ThatDifferOnlyInForeignCharacters_AreJoined()
    {
        _meter.CreateCounter<long>("a").Add(1, new("x.y", "1"), new KeyValuePair<string, object?>("x_y", null));
        Assert.Contains("a_total{x_y=\"1;\"} 1", await Scrape());
    }

    [Fact]
    public async Task SameNameInTwoMeters_OneFamily_ToldApartByMeter()
    {
        using var other = new Meter(_meter.Name + ".Other");
        using var scraper = Scraper(_meter.Name + "*");
        scraper.Listen();
        _meter.CreateCounter<long>("a", null, "First.").Add(1);
        other.CreateCounter<long>("a", null, "First.").Add(2);
        Assert.Equal($$"""
            # HELP a_total First.
            # TYPE a_total counter
            a_total{otel_scope_name="{{_meter.Name}}"} 1
            a_total{otel_scope_name="{{other.Name}}"} 2

            """, await scraper.ScrapeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SameNameOfTwoKinds_ShowsTheFirstOnly()
    {
        _meter.CreateUpDownCounter<long>("a", "By", "First.").Add(1);
        _meter.CreateHistogram<long>("a.bytes", "By").Record(1);
        await Expect("""
            # HELP a_bytes First.
            # TYPE a_bytes gauge
            a_bytes 1
            """);
    }

    [Fact(Timeout = 30_000)]
    public async Task Scrape_DuringAnother_WaitsAndCollectsAnew()
    {
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var readings = 0;
        _meter.CreateObservableGauge("a", () =>
        {
            inside.Set();
            leave.Wait();
            return ++readings;
        });
        var first = Task.Run(Scrape);
        inside.Wait(TestContext.Current.CancellationToken);
        var second = Scrape();
        Assert.False(second.IsCompleted);
        leave.Set();
        Assert.EndsWith("\na 1\n", await first);
        Assert.EndsWith("\na 2\n", await second);
    }

    [Fact]
    public async Task Scrape_AfterDispose_IsNull()
    {
        _scraper.Dispose();
        Assert.Null(await _scraper.ScrapeAsync(TestContext.Current.CancellationToken));
    }

    private static PrometheusScraper Scraper(string meters)
    {
        var options = new PrometheusOptions();
        options.Meters.Add(meters);
        return new PrometheusScraper(Options.Create(options), NullLogger<PrometheusScraper>.Instance);
    }

    private async Task<string> Scrape() =>
        await _scraper.ScrapeAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("No text.");

    private async Task Expect(string text) => Assert.Equal(text + "\n", await Scrape());
}
