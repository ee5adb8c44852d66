using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Commands;
using Sluice.Tests.Commands;
using Sluice.Tests.Hosting;

namespace Sluice.Tests.Api;

public sealed class ApiTests
{
    private const string Token = "0123456789abcdef0123";

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer 0123456789abcdef0124")]
    [InlineData("Bearer ")]
    [InlineData("Basic 0123456789abcdef0123")]
    [InlineData("0123456789abcdef0123")]
    public async Task Token_MissingOrWrong_Is401WithAProblem(string? authorization)
    {
        await using var server = await RunningServer.StartAsync((o, _) => o.Api.Token = Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/cache/stats");
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);

        var answer = await server.Api.SendAsync(request);

        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.DoesNotContain(Token, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task Token_Right_OpensEverything_AndHealthNeedsNone()
    {
        await using var server = await RunningServer.StartAsync((o, _) => o.Api.Token = Token);

        Assert.Equal(HttpStatusCode.OK, (await server.Api.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Api.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Api.GetAsync("/openapi.json")).StatusCode);
        server.Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Assert.Equal(HttpStatusCode.OK, (await server.Api.GetAsync("/metrics")).StatusCode);
        // With a token any name will do: it is what proves the caller.
        server.Api.DefaultRequestHeaders.Host = "cache.internal";
        Assert.Equal(HttpStatusCode.OK, (await server.Api.GetAsync("/v1/cache/stats")).StatusCode);
    }

    [Theory]
    [InlineData("localhost", null, null, HttpStatusCode.OK)]
    [InlineData("127.0.0.1:8080", null, null, HttpStatusCode.OK)]
    [InlineData("[::1]", null, null, HttpStatusCode.OK)]
    [InlineData("ops.internal:99", null, null, HttpStatusCode.OK)]
    [InlineData("evil.example", null, null, HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.evil.example", null, null, HttpStatusCode.Forbidden)]
    [InlineData("localhost", "http://evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("localhost", "null", null, HttpStatusCode.Forbidden)]
    [InlineData("localhost", "http://localhost", "same-origin", HttpStatusCode.OK)]
    [InlineData("localhost", null, "cross-site", HttpStatusCode.Forbidden)]
    public async Task Caller_WithoutToken_MustBeOfThisMachineAndNoForeignPage(string host, string? origin, string? site, HttpStatusCode status)
    {
        await using var server = await RunningServer.StartAsync((o, _) => o.Api.Hosts = ["ops.internal"]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/cache/stats");
        request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);

        Assert.Equal(status, (await server.Api.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("{}", "application/json", 400)]
    [InlineData("", "application/json", 400)]
    [InlineData("null", "application/json", 400)]
    [InlineData("nonsense", "application/json", 400)]
    [InlineData("{\"url\": 5}", "application/json", 400)]
    [InlineData("{\"urls\": \"/a\"}", "application/json", 400)]
    [InlineData("{\"url\": \"\"}", "application/json", 400)]
    [InlineData("{\"url\": \"a\"}", "application/json", 400)]
    [InlineData("{\"prefix\": \"/../../x\"}", "application/json", 400)]
    [InlineData("{\"url\": \"/a\", \"tag\": \"t\"}", "application/json", 400)]
    [InlineData("{\"url\": \"/a\"}", "text/plain", 415)]
    public async Task Purge_NotOne_IsRefusedWithAProblem(string body, string type, int status)
    {
        await using var server = await RunningServer.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, type);

        var answer = await server.Api.PostAsync("/v1/cache/purge", content);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal((status, answer.Headers.GetValues("X-Request-Id").Single()), ((int)problem["status"]!, (string?)problem["requestId"]));
        Assert.DoesNotContain("Sluice.Api", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"\ud800"}}}]}""")]
    [InlineData("""{"Message":"\udc00"}""")]
    [InlineData("""{"Message":"no JSON"}""")]
    public async Task Event_ThatIsNoText_IsRefusedWithAProblem(string body)
    {
        await using var server = await RunningServer.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, (await server.Api.PostAsync("/v1/events/s3", content)).StatusCode);
    }

    [Theory]
    [InlineData("/clip.mp4")]
    [InlineData("http://cdn.example/clip.mp4")]
    [InlineData("/x/../cl%69p.mp4")]
    public async Task Purge_AnySpellingOfAUrl_TakesTheObject(string url)
    {
        await using var server = await RunningServer.StartAsync();
        await server.Edge.GetAsync("/clip.mp4");
        using var content = new StringContent(new JsonObject { ["url"] = url }.ToJsonString(), Encoding.UTF8, "application/json");

        var receipt = JsonNode.Parse(await (await server.Api.PostAsync("/v1/cache/purge", content)).Content.ReadAsStringAsync())!;

        Assert.Equal(1, (int)receipt["objects"]!);
        Assert.Equal("MISS", (await server.Edge.GetAsync("/clip.mp4")).Headers.GetValues("X-Cache-Status").Single());
    }

    [Fact]
    public async Task Commands_AgainstAServer_TellWhatItKnows()
    {
        await using var server = await RunningServer.StartAsync((o, _) => o.Api.Token = Token);
        await server.Edge.GetAsync("/clip.mp4");
        await server.Edge.GetAsync("/clip.mp4");
        string[] api = ["--api", server.Server.Api.Url, "--token", Token];

        var stats = await CommandLine.RunAsync(["stats", .. api]);
        var json = await CommandLine.RunAsync(["stats", "--json", .. api]);
        var explain = await CommandLine.RunAsync(["explain", "/clip.mp4", .. api]);
        var dry = await CommandLine.RunAsync(["purge", "--prefix", "/", "--dry-run", .. api]);
        var soft = await CommandLine.RunAsync(["purge", "--prefix", "/", "--soft", .. api]);
        var refused = await CommandLine.RunAsync(["stats", "--api", server.Server.Api.Url]);
        var wrong = await CommandLine.RunAsync(["stats", "--api", server.Server.Api.Url, "--token", "0123456789abcdeX"]);
        var fromEnvironment = await CommandLine.RunAsync(["stats", "--api", server.Server.Api.Url], new() { [ApiFlags.TokenVariable] = Token });
        var wrongListener = await CommandLine.RunAsync(["stats", "--api", server.Server.Edge.Url]);

        Assert.Contains("hit ratio  50.0 %", stats.Out, StringComparison.Ordinal);
        Assert.Equal((1, 1, 10), ((int)JsonNode.Parse(json.Out)!["requests"]!["hit"]!, (int)JsonNode.Parse(json.Out)!["objects"]!, (int)JsonNode.Parse(json.Out)!["sentBytes"]!["hit"]!));
        Assert.StartsWith("The next GET /clip.mp4 would be: hit.", explain.Out, StringComparison.Ordinal);
        Assert.Equal("would purge 1 object: 10 B in memory, 0 B on disk\n  /clip.mp4\n", dry.Out);
        Assert.StartsWith("made stale 1 object", soft.Out, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Refused, $"sluice: {server.Server.Api.Url}/ wants its token: set SLUICE_API_TOKEN, or give --token\n"), (refused.Code, refused.Error));
        Assert.Equal((ExitCode.Refused, $"sluice: {server.Server.Api.Url}/ refuses the token given: check --token, or SLUICE_API_TOKEN\n"), (wrong.Code, wrong.Error));
        Assert.Equal(ExitCode.Ok, fromEnvironment.Code);
        Assert.Equal(ExitCode.Failure, wrongListener.Code);
        Assert.Contains("the edge's address is another one", wrongListener.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VideosCancel_OneThatIsNotTranscoded_SaysWhatItIs()
    {
        // Without a worker it stays PROCESSING until it is cancelled.
        await using var server = await RunningServer.StartAsync((o, _) => o.Catalog.Workers = 0);
        using var body = new StringContent($$"""{"user_id": "{{Guid.NewGuid()}}", "title": "T", "file_name": "a.mp4"}""", Encoding.UTF8, "application/json");
        var id = (string?)JsonNode.Parse(await (await server.Api.PostAsync("/v1/videos", body)).Content.ReadAsStringAsync())!["id"];

        string[] cancel = ["videos", "cancel", id!, "--api", server.Server.Api.Url];

        var early = await CommandLine.RunAsync(cancel);
        Assert.Equal(HttpStatusCode.Conflict, (await server.Api.PostAsync($"/v1/videos/{id}/cancel", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await server.Api.PostAsync($"/v1/videos/{id}/process", null)).StatusCode);
        var first = await CommandLine.RunAsync(cancel);
        var again = await CommandLine.RunAsync(cancel);

        Assert.Equal((ExitCode.Failure, "", "sluice: The video is not being transcoded: it is PENDING_UPLOAD.\n"), early);
        Assert.Equal((ExitCode.Ok, $"{id} is cancelled\n", ""), first);
        Assert.Equal(first, again);
    }

    [Fact]
    public async Task OpenApi_Document_DescribesEveryEndpoint()
    {
        await using var server = await RunningServer.StartAsync();

        var document = JsonNode.Parse(await server.Api.GetStringAsync("/openapi.json"))!;

        string[] expected =
        [
            "/health",
            "/health/live",
            "/health/ready",
            "/v1/cache/explain",
            "/v1/cache/purge",
            "/v1/cache/stats",
            "/v1/cache/warm",
            "/v1/events/s3",
            "/v1/monitoring/alerts",
            "/v1/monitoring/check/{name}",
            "/v1/monitoring/report",
            "/v1/monitoring/series",
            "/v1/monitoring/stream",
            "/v1/monitoring/summary",
            "/v1/monitoring/trend", "/v1/monitoring/whatif",
            "/v1/playback",
            "/v1/presign",
            "/v1/presign/rotate",
            "/v1/presign/warm",
            "/v1/presign/{path}",
            "/v1/reload",
            "/v1/uploads/{id}",
            "/v1/variants",
            "/v1/variants/prepare",
            "/v1/videos",
            "/v1/videos/{id}",
            "/v1/videos/{id}/cancel",
            "/v1/videos/{id}/job",
            "/v1/videos/{id}/process",
            "/v1/videos/{id}/reprocess",
            "/v1/videos/{id}/upload-url",
        ];
        Assert.Equal(expected, document["paths"]!.AsObject().Select(p => p.Key).Where(p => p != "/metrics").Order(StringComparer.Ordinal));
        Assert.NotNull(document["paths"]!["/v1/cache/purge"]!["post"]!["requestBody"]);
        Assert.NotNull(document["components"]!["schemas"]!["CacheStatistics"]!["properties"]!["hitRatio"]);
    }
}
