using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Monitoring.Checks;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Reports;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Tests.Checks;

/// <summary>OPS-01 to OPS-06: each question of the routine and of the runbooks is asked, and answered with what happened.</summary>
public sealed class CheckTests : IDisposable
{
    private const long Now = 1_790_078_400;
    private readonly HistoryStore store = new(HistoryFile.Open(null, NullLogger.Instance), 200_000_000);
    private readonly MonitorSources sources = new() { HasUrls = () => true };
    private readonly MonitoringOptions options = new() { Node = "n", Version = "2.0" };

    public void Dispose() => store.Dispose();

    [Theory]
    [InlineData("morning", "Overnight issues", "Error and latency trends", "KV storage", "Alerts triggered")] // OPS-01
    [InlineData("now", "Right now", "Alerts", "Hit rates", "Storage")] // OPS-02
    [InlineData("evening", "The day", "Degradation", "What could be done", "Unusual patterns")] // OPS-03
    [InlineData("errors", "What fails", "Credentials", "Key-value store", "Recent deployments", "Rolling back", "Origins and outages")] // OPS-04
    [InlineData("cache", "Hits and misses", "Change of traffic", "Keys", "Warming", "Expiry")] // OPS-05
    [InlineData("latency", "Where the time goes", "Throttling", "Processor", "Concurrency", "Scaling")] // OPS-06
    public async Task Check_OfAQuietServer_AsksTheDocumentsQuestionsAndFindsNothingBad(string name, params string[] questions)
    {
        var check = await RunAsync(name);
        Assert.Equal(questions.Length, check.Questions.Count);
        Assert.All(questions.Zip(check.Questions), pair => Assert.StartsWith(pair.First, pair.Second.Question, StringComparison.Ordinal));
        Assert.All(check.Questions, question => Assert.NotEmpty(question.Facts));
        Assert.Equal("good", check.Verdict);
    }

    [Fact]
    public async Task Errors_AfterANewVersionWithoutCredentials_SaySo()
    {
        store.Records.Mark(Now - 600, "version", "Version 2.0, after 1.9");
        sources.Credentials = _ => Task.FromResult<IReadOnlyList<Fact>>([new("remote", "no credentials were found", "bad")]);
        Add(Now - 60, ("sluice.edge.requests{outcome=hit}", 100), ("sluice.edge.errors{status=502}", 4), ("sluice.presign.errors{category=credentials}", 3), ("sluice.s3.requests{origin=s3:b,status=403}", 9), ("sluice.presign.store.operations{operation=get}", 50),
            ("sluice.presign.store.errors{type=timeout}", 2), ("sluice.origin.requests{origin=http://o,result=5xx}", 10), ("sluice.origin.requests{origin=http://o,result=2xx}", 90));
        var check = await RunAsync("errors");
        Assert.Equal("bad", check.Verdict);
        Assert.Equal(("4", "bad"), Fact(check, "What fails", "answers 502"));
        Assert.Equal(("no credentials were found", "bad"), Fact(check, "Credentials", "remote"));
        Assert.Equal(("3", "bad"), Fact(check, "Credentials", "signing failed for want of credentials"));
        Assert.Equal(("9: unknown keys, missing rights, or objects that are not there; the log says which", "warning"), Fact(check, "Credentials", "S3 answered 401 or 403"));
        Assert.Equal(("2", "bad"), Fact(check, "Key-value store", "failed: timeout"));
        Assert.Equal("warning", Fact(check, "Recent deployments", "version").Tone);
        Assert.StartsWith("a new version started within two hours", Fact(check, "Rolling back", "advice").Text, StringComparison.Ordinal);
        Assert.Equal(("answering, 100 requests, 10.00% failed, P95 –", "bad"), Fact(check, "Origins", "http://o"));
    }

    [Fact]
    public async Task Cache_ThatMissesMoreThanItHolds_PointsToKeysAndWarming()
    {
        Add(Now - 60, ("sluice.edge.requests{outcome=hit}", 500), ("sluice.edge.requests{outcome=miss}", 1500), ("gauge:sluice.cache.objects", 40), ("sluice.presign.expirations", 2));
        var check = await RunAsync("cache");
        Assert.Equal("warning", Fact(check, "Keys", "advice").Tone);
        Assert.Contains("random query parameter", Fact(check, "Keys", "advice").Text, StringComparison.Ordinal);
        Assert.Contains("simulate", Fact(check, "Warming", "advice").Text, StringComparison.Ordinal);
        Assert.Equal(("2", "bad"), Fact(check, "Expiry", "expired URLs found in an hour"));
        Assert.Equal("warning", Fact(check, "Change of traffic", "mean of an hour in the last day").Tone); // 2,000 in an hour of a day that had no other
    }

    [Theory]
    [InlineData(0, "warning")]
    [InlineData(1, "good")]
    public async Task Now_WithRedis_TellsWhetherItIsThere(int connected, string tone)
    {
        Add(Now - 10, ("gauge:sluice.redis.connected", connected));
        Assert.Equal(tone, Fact(await RunAsync("now"), "Storage", "redis").Tone);
    }

    [Theory]
    [InlineData(1, "bad")]
    [InlineData(0, "good")]
    public async Task Now_WithADisk_TellsWhetherItIsUsed(int away, string tone)
    {
        Add(Now - 10, ("gauge:sluice.disk.away", away), ("gauge:sluice.disk.size", 0), ("gauge:sluice.disk.limit", 100));
        Assert.Equal(tone, Fact(await RunAsync("now"), "Storage", "disk").Tone);
    }

    [Fact]
    public async Task Cache_OfWhichEachMissLeftAnObject_DoesNotCallTheKeysSound() // as with a random query parameter
    {
        Add(Now - 60, ("sluice.edge.requests{outcome=hit}", 500), ("sluice.edge.requests{outcome=miss}", 1500), ("gauge:sluice.cache.objects", 1540));
        Assert.Equal("warning", Fact(await RunAsync("cache"), "Keys", "advice").Tone);
        Assert.Contains("random query parameter", Fact(await RunAsync("cache"), "Keys", "advice").Text, StringComparison.Ordinal);
        Add(Now - 30, ("sluice.edge.requests{outcome=hit}", 50_000));
        Assert.Equal(("misses are not more than objects: keys look sound", "good"), Fact(await RunAsync("cache"), "Keys", "advice"));
    }

    [Fact]
    public async Task Cache_OfAServerThatJustStarted_ComparesWithTheTimeItWasThere()
    {
        store.Records.Mark(Now - 600, "start", "Started, version 2.0");
        Add(Now - 60, ("sluice.edge.requests{outcome=hit}", 2000));
        var check = await RunAsync("cache", TimeSpan.FromMinutes(10));
        Assert.Equal(("2,000", ""), Fact(check, "Change of traffic", "mean of an hour in the last day"));
        store.Records.Mark(Now - (10 * 3600), "start", "Started, version 2.0");
        Assert.Equal(("200", "warning"), Fact(await RunAsync("cache", TimeSpan.FromMinutes(10)), "Change of traffic", "mean of an hour in the last day"));
    }

    [Fact]
    public async Task Diagnoses_OfAServerThatNobodyAsked_ClaimNothing()
    {
        var (cache, latency) = (await RunAsync("cache"), await RunAsync("latency"));
        Assert.Equal("nothing was asked for in the last hour", Fact(cache, "Warming", "advice").Text);
        Assert.Equal("no request missed", Fact(cache, "Keys", "advice").Text);
        Assert.Equal(("nothing was measured in 15 minutes", ""), Fact(latency, "Scaling", "advice"));
    }

    [Fact]
    public async Task Errors_OfTheOnlyOriginOfARoute_CallItFailing()
    {
        Add(Now - 600, ("sluice.origin.requests{origin=http://o,result=2xx}", 900));
        Add(Now - 20, ("sluice.origin.requests{origin=http://o,result=5xx}", 60), ("sluice.origin.requests{origin=http://o,result=timeout}", 40), ("sluice.origin.requests{origin=http://p,result=5xx}", 2));
        Add(Now - 120, ("sluice.origin.requests{origin=http://gone,result=timeout}", 9));
        var check = await RunAsync("errors");
        Assert.Equal(("failing, 1,000 requests, 10.00% failed, P95 –", "bad"), Fact(check, "Origins", "http://o"));
        Assert.StartsWith("answering", Fact(check, "Origins", "http://p").Text, StringComparison.Ordinal); // two are too few
        Assert.Equal(("not asked, 9 requests, 100.00% failed, P95 –", "bad"), Fact(check, "Origins", "http://gone"));
    }

    // The alert says: look here which it is.
    [Fact]
    public async Task Errors_OfManyOrigins_NameTheOneThatFails_HoweverLittleItIsAsked()
    {
        for (var i = 0; i < 20; i++) Add(Now - 600, ($"sluice.origin.requests{{origin=http://o{i},result=2xx}}", 900));
        Add(Now - 20, ("sluice.origin.requests{origin=http://down,result=unanswered}", 3));
        var check = await RunAsync("errors");
        Assert.Equal(("failing, 3 requests, 100.00% failed, P95 –", "bad"), Fact(check, "Origins", "http://down"));
        Assert.Equal(("3", "bad"), Fact(check, "Origins", "requests unanswered"));
    }

    [Theory]
    [InlineData("1xx")] // a WebSocket
    [InlineData("4xx")]
    [InlineData("abandoned")]
    public async Task Errors_OfWhatIsNone_FindNothingBad(string result)
    {
        Add(Now - 60, ("sluice.origin.requests{origin=http://o,result=2xx}", 100), ($"sluice.origin.requests{{origin=http://o,result={result}}}", 10));
        Assert.Equal("good", (await RunAsync("errors")).Verdict);
    }

    [Fact]
    public async Task Latency_OfAThrottlingBucketAndBusyProcessors_NamesBoth()
    {
        Add(Now - 60, ("sluice.s3.requests{origin=remote,status=503}", 7), ("sluice.presign.store.errors{type=busy}", 1), ("process.cpu", 0.9 * 300 * Environment.ProcessorCount), ("sluice.edge.requests{outcome=coalesced}", 12));
        var check = await RunAsync("latency");
        Assert.Equal(("7", "bad"), Fact(check, "Throttling", "S3 answered 503 (slow down)"));
        Assert.Equal(("1", "bad"), Fact(check, "Throttling", "refused by the key-value store"));
        Assert.Equal("bad", Fact(check, "Processor", "processor, 5 minutes").Tone);
        Assert.Equal("12", Fact(check, "Concurrency", "coalesced").Text);
        Assert.StartsWith("the processors are busy", Fact(check, "Scaling", "advice").Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, 60, "the origins are slow", "warning")] // which the alert calls critical
    [InlineData(2, 60, "not needed", "good")]
    [InlineData(2, 2, "too few requests", "")]
    public async Task Latency_OfSlowOrigins_JudgesThemByEnough(int slow, int fast, string advice, string tone)
    {
        store.Append(Now - 60, store.Resolve(catalog => new Dictionary<int, SeriesValue>
        {
            [catalog.Get("sluice.origin.first_byte{origin=o}", SeriesKind.Histogram, [0.01, 1, 2])!.Id] = new() { Value = slow, Buckets = [0, 0, slow, 0] },
            [catalog.Get("sluice.edge.duration{path=full}", SeriesKind.Histogram, [0.01, 1, 2])!.Id] = new() { Value = fast, Buckets = [fast, 0, 0, 0] },
        }));
        var found = Fact(await RunAsync("latency"), "Scaling", "advice");
        Assert.StartsWith(advice, found.Text, StringComparison.Ordinal);
        Assert.Equal(tone, found.Tone);
    }

    [Fact]
    public async Task Latency_JustAfterARestart_KnowsWhatTheOneBeforeDid()
    {
        store.Records.Mark(Now - 7200, "start", "Started");
        store.Records.Mark(Now - 10, "start", "Started");
        Add(Now - 200, ("process.cpu", 0.1 * 300 * Environment.ProcessorCount), ("sluice.edge.requests{outcome=hit}", 9000));
        var check = await RunAsync("latency", TimeSpan.FromSeconds(10));
        Assert.StartsWith("10.0%", Fact(check, "Processor", "processor, 5 minutes").Text, StringComparison.Ordinal);
        Assert.Equal("10/s", Fact(check, "Concurrency", "requests").Text);
    }

    [Fact]
    public async Task Morning_AfterABadNight_ShowsItsAlerts()
    {
        var id = store.Records.Raise("hit-rate-media", 1, "low", 80, Now - 20_000);
        store.Records.Resolve(id, Now - 19_000);
        store.Records.Raise("origin-down", 2, "gone", 2, Now - 100);
        var check = await RunAsync("morning");
        Assert.Equal("bad", check.Verdict);
        Assert.Equal("bad", Fact(check, "Alerts triggered", "origin-down").Tone);
        Assert.Equal("", Fact(check, "Overnight", "hit-rate-media").Tone); // over
    }

    [Fact]
    public async Task Morning_AfterAnAlertOfDays_SaysOnWhichDayItEnded()
    {
        store.Records.Resolve(store.Records.Raise("hit-rate-media", 1, "low", 80, Now - (3 * 86_400)), Now - 7200);
        var (began, ended) = (DateTimeOffset.FromUnixTimeSeconds(Now - (3 * 86_400)), DateTimeOffset.FromUnixTimeSeconds(Now - 7200));
        Assert.Equal(FormattableString.Invariant($"warning since {began:MM-dd HH:mm}, over at {ended:MM-dd HH:mm}: low"), Fact(await RunAsync("morning"), "Overnight", "hit-rate-media").Text);
    }

    [Fact]
    public async Task Check_OfAnotherName_IsNone() => Assert.Null(await Builder().BuildAsync("noon", DateTimeOffset.FromUnixTimeSeconds(Now), TimeSpan.FromHours(30), TestContext.Current.CancellationToken));

    private async Task<CheckResult> RunAsync(string name, TimeSpan? uptime = null) => (await Builder().BuildAsync(name, DateTimeOffset.FromUnixTimeSeconds(Now), uptime ?? TimeSpan.FromHours(30), TestContext.Current.CancellationToken))!;

    private CheckBuilder Builder() => new(options, sources, store, new ReportBuilder(options, sources, store, new SummaryBuilder(options, sources, null!, store)));

    private static (string Text, string Tone) Fact(CheckResult check, string question, string label)
    {
        var fact = check.Questions.First(one => one.Question.StartsWith(question, StringComparison.Ordinal)).Facts.First(one => one.Label == label);
        return (fact.Text, fact.Tone);
    }

    private void Add(long at, params (string Name, double Value)[] values) => store.Append(at, store.Resolve(catalog => values.ToDictionary(
        pair => catalog.Get(pair.Name.Replace("gauge:", "", StringComparison.Ordinal), pair.Name.StartsWith("gauge:", StringComparison.Ordinal) ? SeriesKind.Gauge : SeriesKind.Counter, [])!.Id,
        pair => new SeriesValue { Value = pair.Value, Maximum = pair.Value })));
}
