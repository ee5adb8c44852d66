using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Api;

/// <summary>The private listener: health, statistics, explanations, OpenAPI, metrics; and that none of it is on the edge.</summary>
public sealed class ApiTests(HttpEdge http) : IClassFixture<HttpEdge>
{
    public static TheoryData<string> ApiPaths =>
        ["/v1/cache/stats", "/v1/cache/purge", "/v1/cache/explain?url=/a", "/metrics", "/openapi.json", "/health/live", "/health/ready"];

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_Running_Is200(string path) => Assert.Equal(200, (await http.Sluice.Api.AskAsync(path)).Status);

    [Theory]
    [MemberData(nameof(ApiPaths))]
    public async Task Edge_ApiPath_IsMediaLikeAnyOther(string path)
    {
        // On the edge these are names of the origin's: absent there, 404, from the origin.
        var answer = await http.Edge.AskAsync(path);

        Assert.Equal((404, "origin says 404"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Edge_PurgeByPost_PurgesNothing()
    {
        var path = http.Put(OriginReply.Object(130, 1000));
        await http.Edge.AskAsync(path);
        using var content = new StringContent($$"""{"url": "{{path}}"}""", null, "application/json");

        using var answer = await http.Edge.PostAsync(new Uri("/v1/cache/purge", UriKind.Relative), content);

        Assert.False(answer.IsSuccessStatusCode);
        Assert.Equal("HIT", (await http.Edge.AskAsync(path)).CacheStatus);
    }

    // A client goes on with its next request, which was read as the body that never came.
    [Theory]
    [InlineData("PUT", "/v1/uploads/6f1c2e0a-6a4e-4b7e-9d0e-0c3f5a1b2c3d?expires=1&signature=x", 403)]
    [InlineData("POST", "/v1/videos", 400)]
    public async Task Api_ABodyThatIsRefusedBeforeItIsSent_EndsTheConnection(string method, string target, int status)
    {
        var api = http.Sluice.Api.BaseAddress!;
        using var client = await RawHttp.ConnectAsync(api);

        await client.SendAsync(RawHttp.Request(method, target, api, "Content-Length: 500", "Expect: 100-continue"));

        var answer = await client.ReadResponseAsync(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((status, "close"), (answer.Status, answer.Header("Connection")));
    }

    // Monitors of uptime ask for health by HEAD.
    [Theory]
    [InlineData("/health/live", 200)]
    [InlineData("/metrics", 200)]
    [InlineData("/v1/videos", 200)]
    [InlineData("/v1/videos/nonsense", 400)]
    [InlineData("/nothing", 404)]
    [InlineData("/v1/monitoring/stream", 405)]
    public async Task Api_Head_AnswersAsGetWithoutABody(string target, int status)
    {
        var api = http.Sluice.Api.BaseAddress!;
        using var client = await RawHttp.ConnectAsync(api);

        await client.SendAsync(RawHttp.Request("HEAD", target, api));
        await client.SendAsync(RawHttp.Request("GET", "/health/live", api));

        Assert.Equal(status, (await client.ReadResponseAsync(ofHead: true, cancellation: TestContext.Current.CancellationToken)).Status);
        Assert.Equal(200, (await client.ReadResponseAsync(cancellation: TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task Api_MediaPath_IsNotServed()
    {
        var path = http.Put(OriginReply.Object(131, 1000));

        Assert.Equal(404, (await http.Sluice.Api.AskAsync(path)).Status);
        Assert.Empty(http.Origin.CallsOf(path));
    }

    [Fact]
    public async Task Stats_AfterAMissAndAHit_CountBothAndTheirBytes()
    {
        await using var origin = FaultyOrigin.Start();
        origin.On("/a", OriginReply.Object(132, 100_000));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);
        var before = await sluice.ApiJsonAsync("/v1/cache/stats");
        await sluice.Edge.AskAsync("/a");
        await sluice.Edge.AskAsync("/a");

        var reached = await Eventually.HoldsAsync(async () =>
        {
            var stats = await sluice.ApiJsonAsync("/v1/cache/stats");
            return stats["objects"]?.GetValue<int>() == 1
                && stats["memoryBytes"]?.GetValue<long>() >= 100_000
                && stats["disk"]?["objects"]?.GetValue<int>() == 1;
        }, TimeSpan.FromSeconds(60));

        Assert.Equal(0, before["objects"]!.GetValue<int>());
        Assert.True(reached, (await sluice.ApiJsonAsync("/v1/cache/stats")).ToJsonString());
    }

    [Fact]
    public async Task StatsCommand_Running_PrintsTheSameAsTheApi()
    {
        var text = await http.Sluice.RunAsync("stats");
        var json = await http.Sluice.RunAsync("stats", "--json");

        Assert.True(text.ExitCode == 0 && text.Output.Length > 0, text.ToString());
        Assert.True(json.ExitCode == 0, json.ToString());
        Assert.NotNull(JsonNode.Parse(json.Output)!["objects"]);
    }

    [Fact]
    public async Task Explain_ColdThenWarm_SaysMissThenHit()
    {
        // BEYOND "Explain": key, origin, tiers, freshness, and what the next request would be.
        var path = http.Put(OriginReply.Object(133, 50_000));

        var cold = (await http.Sluice.ApiJsonAsync("/v1/cache/explain?url=" + path)).ToJsonString();
        Assert.Empty(http.Origin.CallsOf(path)); // explaining fetches nothing
        await http.Edge.AskAsync(path);
        var warm = (await http.Sluice.ApiJsonAsync("/v1/cache/explain?url=" + path)).ToJsonString();

        Assert.Contains("miss", cold, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"hit\"", warm, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(http.Origin.Address, warm, StringComparison.Ordinal);
        Assert.Contains("memory", warm, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ExplainCommand_WarmObject_PrintsWhyItHits()
    {
        var path = http.Put(OriginReply.Object(134, 50_000));
        await http.Edge.AskAsync(path);

        var result = await http.Sluice.RunAsync("explain", path);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains(path, result.Output, StringComparison.Ordinal);
        Assert.Contains("hit", result.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(http.Origin.Address, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_HealthySetUp_FindsNothingWrong()
    {
        using var folder = new TemporaryFolder();
        folder.Write("media/clip.mp4", "x");

        var result = await SluiceProgram.RunAsync("doctor", folder.FileOf("media"), "--cache-dir", folder.FileOf("cache"));
        var broken = await SluiceProgram.RunAsync("doctor", folder.FileOf("absent"), "--cache-dir", folder.FileOf("cache"));

        Assert.True(result.ExitCode == 0 && result.Output.Length > 0, result.ToString());
        Assert.NotEqual(0, broken.ExitCode);
        Assert.Contains("absent", broken.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenApi_Document_DescribesEveryCachePath()
    {
        var document = await http.Sluice.ApiJsonAsync("/openapi.json");

        Assert.StartsWith("3.", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        var paths = document["paths"]!.AsObject().Select(path => path.Key).ToArray();
        foreach (var path in (string[])["/v1/cache/stats", "/v1/cache/purge", "/v1/cache/explain", "/health/live", "/health/ready"])
            Assert.Contains(path, paths);
        Assert.NotNull(document["paths"]!["/v1/cache/purge"]!["post"]!["requestBody"]);
    }

    [Fact]
    public async Task Metrics_AfterTraffic_PassPromtool()
    {
        var path = http.Put(OriginReply.Object(135, 50_000));
        await http.Edge.AskAsync(path);
        await http.Edge.AskAsync(path);
        await http.Edge.AskAsync(HttpEdge.Unique());

        var answer = await http.Sluice.Api.AskAsync("/metrics");
        var check = await Tool.RunAsync("promtool", ["check", "metrics"], answer.Text);

        Assert.StartsWith("text/plain", answer.Header("Content-Type"), StringComparison.Ordinal);
        Assert.True(check.ExitCode == 0, check.All);
        Assert.Contains("hit", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(path, answer.Text, StringComparison.Ordinal); // no unbounded label
    }

    [Fact]
    public async Task Token_OnAnyAddress_IsAskedOfTheApiButNotOfHealth()
    {
        const string token = "0123456789abcdef0123";
        using var folder = new TemporaryFolder();
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = folder.Path,
            Environment = new Dictionary<string, string> { ["SLUICE_API_TOKEN"] = token },
        });

        var without = await sluice.Api.AskAsync("/v1/cache/stats");
        var wrong = await sluice.Api.AskAsync("/v1/cache/stats", "Authorization: Bearer 0123456789abcdef0124");
        sluice.Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var right = await sluice.Api.AskAsync("/v1/cache/stats");
        sluice.Api.DefaultRequestHeaders.Authorization = null;
        var health = await sluice.Api.AskAsync("/health/live");

        Assert.Equal((401, 401, 200, 200), (without.Status, wrong.Status, right.Status, health.Status));
        Assert.DoesNotContain(token, sluice.Log + without.Text + wrong.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_CalledByAnotherHostName_IsRefused()
    {
        // A web page can point its own name at 127.0.0.1: without a token the Host must be loopback's.
        using var connection = await RawHttp.ConnectAsync(http.Sluice.ApiAddress);
        await connection.SendAsync("GET /v1/cache/stats HTTP/1.1\r\nHost: evil.example\r\n\r\n");

        Assert.InRange((await connection.ReadResponseAsync()).Status, 400, 499);
    }

    [Fact]
    public async Task AccessLog_OnAndOneRequest_CarriesItsOutcomeAndAnIdTheViewerSees()
    {
        // DBG-07: a viewer's report and the log meet in one id.
        using var folder = new TemporaryFolder();
        folder.Write("media/clip.mp4", "x");
        await using var sluice = await SluiceProcess.StartAsync(folder.FileOf("media"), "--access-log", "stdout", "--log-format", "json");

        var answer = await sluice.Edge.AskAsync("/clip.mp4", "X-Request-Id: viewer-report-17");

        Assert.Equal("viewer-report-17", answer.Header("X-Request-Id"));
        Assert.True(await sluice.SaysAsync("viewer-report-17"), sluice.Log);
        var line = sluice.Log.Split('\n').First(line => line.Contains("viewer-report-17", StringComparison.Ordinal));
        Assert.Contains("/clip.mp4", line, StringComparison.Ordinal);
        Assert.Contains("miss", line, StringComparison.OrdinalIgnoreCase);
        Assert.NotNull(JsonNode.Parse(line));
    }

    [Fact]
    public async Task Serve_AtStart_PrintsWhatWhereAndALineToTry()
    {
        using var folder = new TemporaryFolder();
        folder.Write("clip.mp4", "x");
        await using var sluice = await SluiceProcess.StartAsync(folder.Path);

        Assert.True(await sluice.SaysAsync("curl"), sluice.Log);
        Assert.Contains(folder.Path, sluice.Log, StringComparison.Ordinal);
        Assert.Contains(sluice.EdgeAddress.Authority, sluice.Log, StringComparison.Ordinal);
        Assert.Contains(sluice.ApiAddress.Authority, sluice.Log, StringComparison.Ordinal);
    }
}
