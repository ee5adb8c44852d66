using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Commands;
using Sluice.Monitoring;
using Sluice.Monitoring.Summary;
using Sluice.TestKit.Processes;
using Sluice.Tests.Commands;
using Sluice.Tests.Hosting;

namespace Sluice.Tests.Api;

/// <summary>What the dashboard and the commands ask. Numbers are judged elsewhere: servers of one process share its meters.</summary>
public sealed class MonitoringTests
{
    private const string Token = "0123456789abcdef0123";

    [Theory]
    [InlineData("summary?period=year")]
    [InlineData("trend?period=day&scope=all")]
    [InlineData("report?period=never")]
    [InlineData("check/noon")]
    [InlineData("series")]
    [InlineData("series?name=sluice.edge.requests&from=0")]
    [InlineData("stream?period=hour")]
    public async Task Question_ThatIsNone_Is400WithWhatToAsk(string question)
    {
        await using var server = await StartAsync();
        var answer = await server.Api.GetAsync("/v1/monitoring/" + question);
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.DoesNotContain("could not be answered", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("summary")]
    [InlineData("summary?period=month")]
    [InlineData("trend?period=week")]
    [InlineData("alerts")]
    [InlineData("report?period=day")]
    [InlineData("check/morning")]
    [InlineData("check/evening")]
    [InlineData("check/errors")]
    [InlineData("check/cache")]
    [InlineData("check/latency")]
    [InlineData("series?name=sluice.edge.requests")]
    public async Task Question_OfARunningServer_IsAnswered(string question)
    {
        await using var server = await StartAsync();
        var answer = await server.Api.GetAsync("/v1/monitoring/" + question);
        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.NotNull(JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData(0, "ON    critical       2026-11-19 20:07Z  r: m")]
    [InlineData(15, "over  critical       2026-11-19 20:07Z to 20:22Z  r: m")]
    [InlineData(3 * 1440, "over  critical       2026-11-19 20:07Z to 2026-11-22 20:07Z  r: m")] // not within the day it began
    public void Alert_InALine_SaysWhenItWas(int minutes, string line)
    {
        var began = new DateTimeOffset(2026, 11, 19, 20, 7, 0, TimeSpan.Zero);
        Assert.Equal(line, AlertsCommand.Line(new AlertItem("r", "critical", "m", 1, began, minutes == 0 ? null : began.AddMinutes(minutes))));
    }

    [Fact]
    public async Task Stream_Open_SendsSummaries()
    {
        await using var server = await StartAsync();
        await using var stream = await server.Api.GetStreamAsync("/v1/monitoring/stream", TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("data: {", line, StringComparison.Ordinal);
        Assert.Equal("day", (string)JsonNode.Parse(line![6..])!["period"]!);
    }

    [Fact]
    public async Task Page_NeedsNoToken_DataDoes()
    {
        await using var server = await RunningServer.StartAsync((o, _) => o.Api.Token = Token);
        var page = await server.Api.GetAsync("/");
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Api.GetAsync("/dashboard/none.js")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Api.GetAsync("/v1/monitoring/summary")).StatusCode);
    }

    [Fact]
    public async Task Page_CalledByAForeignName_IsRefused()
    {
        await using var server = await RunningServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = "evil.example";
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Api.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Top_Once_HasTheShapeOfTheMockUp()
    {
        await using var server = await StartAsync();
        var (code, text, _) = await RunAsync(server, "top", "--once");
        Assert.Equal(ExitCode.Ok, code);
        var lines = text.Split('\n');
        Assert.All(lines.Where(line => line.StartsWith('|')), line => Assert.Equal(71, line.Length));
        Assert.Contains(lines, line => line.StartsWith("| Cache Performance", StringComparison.Ordinal) && line.Contains("| Error Rate", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("Last 24 Hours Trend", StringComparison.Ordinal));
        Assert.Equal(4, text.Split('[').Count(part => part.Length > 20 && part[20] is '█' or '▒' or ']' && part.IndexOf(']', StringComparison.Ordinal) == 20));
        Assert.Equal("[██████████████████▒▒]", TopScreen.Bar(18));
    }

    [Fact]
    public async Task Top_InAlarm_SaysSoAboveThePanelsWorstFirst()
    {
        await using var server = await StartAsync();
        var summary = JsonSerializer.Deserialize(await server.Api.GetStringAsync("/v1/monitoring/summary"), MonitoringJson.Wire.MonitoringSummary)!;
        var trend = JsonSerializer.Deserialize(await server.Api.GetStringAsync("/v1/monitoring/trend"), MonitoringJson.Wire.TrendSeries)!;
        AlertItem[] alerts = [.. Enumerable.Range(0, 5).Select(i => new AlertItem($"w{i}", "warning", "m", 1, summary.At, null)), new("c", "critical", "m", 1, summary.At, null), new("over", "critical", "m", 1, summary.At, summary.At)];
        var lines = TopScreen.Draw(summary with { Alerts = alerts }, summary.Scopes[0], trend).Split('\n');
        // Line 3 of 24: the panels alone are more than that terminal shows.
        Assert.Equal(["CRITICAL c: m", "WARNING w0: m", "WARNING w1: m", "WARNING w2: m", "and 2 more: sluice alerts"], lines[3..8]);
    }

    [Theory]
    [InlineData(2, 80, "\u001b[Ha\u001b[K\nb\u001b[K\u001b[J")] // never more than fit: a line too many scrolls, and the next screen is drawn one lower
    [InlineData(9, 80, "\u001b[Ha\u001b[K\nb\u001b[K\nc\u001b[K\u001b[J")]
    [InlineData(0, 0, "\u001b[Ha\u001b[K\nb\u001b[K\nc\u001b[K\u001b[J")] // a terminal that does not say
    public void Top_OnATerminal_DrawsAsManyLinesAsItHas(int rows, int columns, string drawn) => Assert.Equal(drawn, TopScreen.Over("a\nb\nc\n", rows, columns));

    [Fact]
    public void Top_OnANarrowTerminal_WrapsNothing() => Assert.Equal("\u001b[Habc…\u001b[K\u001b[J", TopScreen.Over("abcdefgh\n", 5, 4));

    [Theory]
    [InlineData("alerts")]
    [InlineData("check", "now")]
    [InlineData("diagnose", "cache")]
    [InlineData("report", "week")]
    [InlineData("report", "month", "--json")]
    public async Task Command_AgainstARunningServer_Answers(params string[] words)
    {
        await using var server = await StartAsync();
        var (code, text, error) = await RunAsync(server, words);
        // A bad finding is an answer too: other tests' servers share the meters.
        Assert.True(code is ExitCode.Ok or ExitCode.Failure && error.Length == 0 && text.Length > 0, error);
    }

    [Fact]
    public async Task Report_AsAPage_IsWritten()
    {
        await using var server = await StartAsync();
        using var folder = new TemporaryFolder();
        Assert.Equal(ExitCode.Ok, (await RunAsync(server, "report", "day", "--html", folder.Path + "/day.html")).Code);
        Assert.StartsWith("<!doctype html>", await File.ReadAllTextAsync(folder.Path + "/day.html", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static Task<(int Code, string Out, string Error)> RunAsync(RunningServer server, params string[] words) => CommandLine.RunAsync([.. words, "--api", server.Server.Api.Url]);

    /// <summary>A server whose monitoring, which begins in the background, has begun.</summary>
    private static async Task<RunningServer> StartAsync()
    {
        var server = await RunningServer.StartAsync();
        Assert.True(await Eventually.HoldsAsync(async () => (await server.Api.GetAsync("/v1/monitoring/alerts")).IsSuccessStatusCode, TimeSpan.FromSeconds(60)));
        return server;
    }
}
