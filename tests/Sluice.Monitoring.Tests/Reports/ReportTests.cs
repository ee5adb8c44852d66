using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Monitoring.Alerts;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Reports;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Tests.Reports;

/// <summary>REP-01 to REP-04, TRD-05.</summary>
public sealed class ReportTests : IAsyncDisposable
{
    private const long Midnight = 1_790_035_200; // 2026-09-22T00:00:00Z, a Tuesday
    private readonly HistoryStore store = new(HistoryFile.Open(null, NullLogger.Instance), 200_000_000);
    private readonly MonitoringOptions options = new() { Node = "node<1>" };
    private readonly ReportBuilder reports;
    private readonly Kept sink = new();
    private readonly AlertTeller teller;

    public ReportTests()
    {
        var sources = new MonitorSources();
        reports = new ReportBuilder(options, sources, store, new SummaryBuilder(options, sources, null!, store));
        teller = new AlertTeller("node", [new AlertDelivery(sink, TimeProvider.System, NullLogger.Instance)], NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await teller.DisposeAsync();
        store.Dispose();
    }

    [Fact]
    public void Report_OfADay_HasItsNumbersThoseBeforeAndWhatGotWorse()
    {
        Add(Midnight - 90_000, hits: 990, misses: 10, errors: 0);
        Add(Midnight - 3600, hits: 900, misses: 100, errors: 5);
        var report = reports.Build(Period.Find("day")!, DateTimeOffset.FromUnixTimeSeconds(Midnight));
        Assert.Equal("Daily performance report of node<1>, 2026-09-21 00:00 to 2026-09-22 00:00 UTC", report.Title);
        Assert.Contains(new ReportLine("Media", "hit rate", "90.0%", "99.0%", "> 90%", "bad"), report.Lines); // exactly 90 is not more than 90
        Assert.Contains(new ReportLine("Media", "errors", "0.50%", "0.00%", "< 0.1%", "bad"), report.Lines);
        Assert.Equal(["Media: errors rose from 0.00% to 0.50%.", "Media: the hit rate fell from 99.0% to 90.0%."], report.Regressions);
        Assert.StartsWith("1,000 requests, hit rate 90.0%, errors 0.50%", report.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_OfNothing_SaysSo() =>
        Assert.Equal("Nothing was asked for.", reports.Build(Period.Find("month")!, DateTimeOffset.FromUnixTimeSeconds(Midnight)).Summary);

    [Fact]
    public void Html_OfAReport_IsOnePageThatNeedsNothingElse()
    {
        Add(Midnight - 3600, 900, 100, 5);
        var page = ReportHtml.Render(reports.Build(Period.Find("day")!, DateTimeOffset.FromUnixTimeSeconds(Midnight)));
        Assert.Contains("node&lt;1&gt;", page, StringComparison.Ordinal);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("day", 288)]
    [InlineData("week", 168)]
    [InlineData("month", 180)]
    public void Charts_OfAReportAtAnyMinute_EndWithWhatWasLast(string period, int steps) // and not with a gap, as after a stop
    {
        var end = Midnight + (3 * 3600) + (32 * 60);
        Add(end - 60, 90, 10, 0);
        var report = reports.Build(Period.Find(period)!, DateTimeOffset.FromUnixTimeSeconds(end));
        Assert.Equal((steps, steps, 90.0, 100.0), (report.HitRate.Count, report.Requests.Count, report.HitRate[^1], report.Requests[^1]));
        Assert.Equal("0.00 USD", report.Lines.Single(line => line.Label == "money").Text); // as in the sentence above it
    }

    [Fact]
    public void Charts_OfADayWithAGap_KeepItsLength()
    {
        Add(Midnight - 86_400, 90, 10, 0);
        Add(Midnight - 300, 50, 50, 0);
        store.Records.Resolve(store.Records.Raise("hit-rate-media", 1, "low", 50, Midnight - 600), Midnight - 60);
        store.Records.Raise("origin-down", 2, "gone", 1, Midnight - 60);
        var report = reports.Build(Period.Find("day")!, DateTimeOffset.FromUnixTimeSeconds(Midnight));
        Assert.Equal(288, report.HitRate.Count);
        Assert.Equal((90, 50), (report.HitRate[0], report.HitRate[^1]));
        Assert.All(report.HitRate.Skip(1).SkipLast(1), Assert.Null);
        Assert.Equal((100, 100), (report.Requests[0], report.Requests[^1]));
        var page = ReportHtml.Render(report);
        Assert.Contains("Requests, 0 to 100 every 5 minutes", page, StringComparison.Ordinal);
        Assert.Contains("<span>2026-09-21 00:00</span><span>2026-09-22 00:00 UTC</span>", page, StringComparison.Ordinal);
        Assert.Contains("warning, over at 2026-09-21 23:59: hit-rate-media", page, StringComparison.Ordinal);
        Assert.Contains("critical, still on: origin-down", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_ManyEvictionsAndMisses_NamesTheSetting()
    {
        store.Append(Midnight - 3600, Point(("sluice.edge.requests{outcome=hit}", 500), ("sluice.edge.requests{outcome=miss}", 500), ("sluice.disk.evictions", 400)));
        Assert.Contains(reports.Build(Period.Find("day")!, DateTimeOffset.FromUnixTimeSeconds(Midnight)).Advice, text => text.Contains("cache.disk", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("day", "2026-09-22T00:00:00Z")]
    [InlineData("week", "2026-09-21T00:00:00Z")] // Monday
    [InlineData("month", "2026-09-01T00:00:00Z")]
    public void Due_OnATuesday_IsTheLastMidnightMondayOrFirst(string period, string due) =>
        Assert.Equal(DateTimeOffset.Parse(due, System.Globalization.CultureInfo.InvariantCulture), ReportSchedule.Due(period, DateTimeOffset.FromUnixTimeSeconds(Midnight + 50_000)));

    [Fact]
    public async Task Schedule_DayIsOver_SendsItOnce_AlsoAfterAStopOverMidnight()
    {
        var schedule = new ReportSchedule(["day"], reports, store.Records, teller);
        schedule.Check(DateTimeOffset.FromUnixTimeSeconds(Midnight - 100)); // the very first start: nothing to tell
        schedule.Check(DateTimeOffset.FromUnixTimeSeconds(Midnight - 10));
        Assert.Empty(sink.Messages);
        new ReportSchedule(["day"], reports, store.Records, teller).Check(DateTimeOffset.FromUnixTimeSeconds(Midnight + 3600));
        schedule.Check(DateTimeOffset.FromUnixTimeSeconds(Midnight + 3610));
        Assert.True(await TestKit.Processes.Eventually.HoldsAsync(() => sink.Messages.Count > 0, TimeSpan.FromSeconds(60)));
        var message = Assert.Single(sink.Messages);
        Assert.Equal(("report", "report-day", "informational"), (message.Status, message.Rule, message.Severity));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Midnight), message.Report!.To);
    }

    [Theory]
    [InlineData("day")]
    [InlineData("week")]
    [InlineData("month")]
    public async Task Schedule_ClockIsSetBackOverTheEnd_SendsNothingTwice(string period)
    {
        var due = ReportSchedule.Due(period, DateTimeOffset.FromUnixTimeSeconds(Midnight));
        var schedule = new ReportSchedule([period], reports, store.Records, teller);
        schedule.Check(due.AddSeconds(-20));
        schedule.Check(due.AddSeconds(5));
        schedule.Check(due.AddSeconds(-10));
        schedule.Check(due.AddSeconds(10));
        schedule.Check(due.AddDays(40));
        Assert.True(await TestKit.Processes.Eventually.HoldsAsync(() => sink.Messages.Any(message => message.Report!.To > due), TimeSpan.FromSeconds(60)));
        Assert.Equal(2, sink.Messages.Count);
    }

    [Theory]
    [InlineData("2027-01-01T00:00:00Z", "2026-12-01T00:00:00Z", 31)]
    [InlineData("2027-03-01T00:00:00Z", "2027-02-01T00:00:00Z", 28)]
    public async Task Schedule_MonthIsOver_IsAboutAllOfItAndNoMore(string end, string begin, int days)
    {
        var (due, from) = (DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture), DateTimeOffset.Parse(begin, System.Globalization.CultureInfo.InvariantCulture));
        for (var day = -1; day < days; day++) Add(from.AddDays(day).ToUnixTimeSeconds(), 1, 0, 0);
        var schedule = new ReportSchedule(["month"], reports, store.Records, teller);
        schedule.Check(due.AddDays(-1));
        schedule.Check(due);
        Assert.True(await TestKit.Processes.Eventually.HoldsAsync(() => sink.Messages.Count > 0, TimeSpan.FromSeconds(60)));
        var report = Assert.Single(sink.Messages).Report!;
        Assert.Equal((from, due, (double)days), (report.From, report.To, report.Requests.Sum() ?? 0));
    }

    private void Add(long at, double hits, double misses, double errors) =>
        store.Append(at, Point(("sluice.edge.requests{outcome=hit}", hits), ("sluice.edge.requests{outcome=miss}", misses), ("sluice.edge.errors{status=502}", errors)));

    private Dictionary<int, SeriesValue> Point(params (string Name, double Value)[] values) =>
        store.Resolve(catalog => values.ToDictionary(pair => catalog.Get(pair.Name, SeriesKind.Counter, [])!.Id, pair => new SeriesValue { Value = pair.Value }));

    private sealed class Kept : IAlertSink
    {
        public List<AlertMessage> Messages { get; } = [];

        public string Name => "list";

        public Task SendAsync(byte[] json, AlertMessage message, CancellationToken cancellation)
        {
            Messages.Add(message);
            return Task.CompletedTask;
        }
    }
}
