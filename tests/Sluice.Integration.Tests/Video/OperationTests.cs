using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Sluice.TestKit.Http;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>MET-01 to MET-06, VAR-13, DBG-01, U078: what operators see of variants and do with them.</summary>
public sealed class OperationTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    [Fact]
    public async Task Variants_ArePreparedListedAndRemoved()
    {
        var name = Clip();
        var prepared = await PostAsync("/v1/variants/prepare", new JsonObject { ["sources"] = new JsonArray("/" + name), ["queries"] = new JsonArray("mode=frame&width=160&height=90", "derivative=animation") });
        Assert.Equal(0, (int)prepared["failed"]!);
        Assert.True((bool)prepared["variants"]![0]!["isMade"]!);
        Assert.Equal("HIT", (await video.Edge.AskAsync($"/{name}?derivative=animation")).CacheStatus);

        var list = (await video.Sluice.ApiJsonAsync("/v1/variants?source=/" + name))["variants"]!.AsArray();
        Assert.Equal(2, list.Count);
        var variant = list.Single(v => (string?)v!["metadata"]!["derivative"] == "animation")!;
        Assert.Equal($"video:{name}:derivative=animation", (string?)variant["key"]);
        var metadata = variant["metadata"]!;
        Assert.Equal((name, "video/mp4", 320, 3d), ((string?)metadata["sourcePath"], (string?)metadata["contentType"], (int)metadata["width"]!, (double)metadata["duration"]!));
        Assert.Contains("video-derivative-animation", metadata["cacheTags"]!.AsArray().Select(tag => (string?)tag));
        Assert.Equal((await video.Edge.AskAsync((string)variant["url"]!)).Body.Length, (int)metadata["contentLength"]!);

        var removed = await video.Sluice.RunAsync("variants", "rm", "/" + name);
        Assert.Equal((0, $"removed 2 variants of /{name}"), (removed.ExitCode, removed.Output.Trim()));
        Assert.Empty((await video.Sluice.ApiJsonAsync("/v1/variants?source=/" + name))["variants"]!.AsArray());
    }

    [Fact]
    public async Task Variants_OfASignedRoute_AreMadeExplainedAndRemovedWithoutASignature()
    {
        using var files = new TemporaryFolder();
        var config = files.Write("sluice.json", """{ "routes": [{ "origins": ["."], "video": { "signingKeys": ["k1:0123456789abcdef"] } }] }""");
        await using var server = await video.StartAsync(video.Folder.Path, "--config", config);
        var name = Clip();
        var url = $"/{name}?mode=frame&width=160&height=90";
        Assert.StartsWith("made ", (await server.RunAsync("variants", "make", url)).Output, StringComparison.Ordinal);
        Assert.Equal("hit", (string?)(await server.ApiJsonAsync("/v1/cache/explain?url=" + Uri.EscapeDataString(url)))["next"]);
        Assert.Equal("removed 1 variant of /" + name, (await server.RunAsync("variants", "rm", "/" + name)).Output.Trim());
        Assert.Empty((await server.ApiJsonAsync("/v1/variants?source=/" + name))["variants"]!.AsArray());
        Assert.Equal(403, (await server.Edge.AskAsync(url)).Status);
    }

    [Fact]
    public async Task Prepare_OfWhatCannotBeMade_SaysWhy()
    {
        video.Folder.Write("no.mp4", "no video");
        var prepared = await PostAsync("/v1/variants/prepare", new JsonObject { ["urls"] = new JsonArray("/no.mp4?width=160", "/square.mp4?width=7", "/square.mp4") });
        Assert.Equal(3, (int)prepared["failed"]!);
        Assert.Equal([415, 400, 400], prepared["variants"]!.AsArray().Select(v => (int)v!["status"]!));
        Assert.StartsWith("width ", (string?)prepared["variants"]![1]!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task DebugView_ShowsHowTheRequestWasUnderstood_ToThoseWhoMay()
    {
        var page = await video.Edge.AskAsync("/square.mp4?derivative=mobile&debug=view");
        Assert.Equal("text/html; charset=utf-8", page.Header("Content-Type"));
        Assert.Contains("mobile", page.Text, StringComparison.Ordinal);
        Assert.Contains("Content-Security-Policy", page.Headers.Keys);
        var report = await video.Edge.AskAsync("/square.mp4?derivative=mobile&debug=json");
        Assert.Equal("application/json", report.Header("Content-Type"));
        // Through a proxy that is not trusted nobody can tell who asks.
        var stranger = await video.Edge.AskAsync("/square.mp4?mode=frame&width=100&height=50&debug=json", "X-Forwarded-For: 127.0.0.1");
        Assert.Equal("image/jpeg", stranger.Header("Content-Type"));
    }

    // Row DBG-01, of the source itself.
    [Fact]
    public async Task Switches_OnTheVideoItself_ArePartOfNoName_AndGoPastTheCache()
    {
        var name = Clip();
        foreach (var (query, status) in ((string, string)[])[("", "MISS"), ("?debug=true", "BYPASS"), ("?nocache=1", "BYPASS"), ("?no-kv-cache=true", "HIT"), ("?debug=headers", "HIT"), ("", "HIT")])
            Assert.Equal((query, status), (query, (await video.Edge.AskAsync($"/{name}{query}")).CacheStatus));
        var told = await video.Edge.AskAsync($"/{name}?loop=true&quality=odd&filename=Holiday.mp4&debug=headers");
        Assert.Equal(("inline; filename=\"holiday.mp4\"", "original"), (told.Header("Content-Disposition"), told.Header("X-Transform-Source")));
        Assert.Contains("quality is ignored", told.Header("X-Video-Warning"), StringComparison.Ordinal);
        Assert.Equal("Accept, User-Agent", (await video.Edge.AskAsync($"/{name}?format=auto", "User-Agent: Safari")).Header("Vary"));
        // Of a variant that is known as well.
        for (var i = 0; i < 3; i++) await video.Edge.AskAsync($"/{name}?mode=frame&width=100");
        Assert.NotNull((await video.Edge.AskAsync($"/{name}?mode=frame&width=100", "X-Debug: 1")).Header("X-Cache-Key"));
    }

    [Fact]
    public async Task Explain_NamesTheVariant()
    {
        await video.Edge.AskAsync("/square.mp4?mode=frame&width=120&height=60");
        var explained = await video.Sluice.ApiJsonAsync("/v1/cache/explain?url=" + Uri.EscapeDataString("/square.mp4?mode=frame&w=120&h=60"));
        Assert.EndsWith(" frame:square.mp4:w=120:h=60:t=0s:f=jpg", (string?)explained["key"], StringComparison.Ordinal);
        Assert.Equal("hit", (string?)explained["next"]);
    }

    // Row KV-07.
    [Fact]
    public async Task Variants_BeyondTheirBound_GiveWay_TheUsedOnesLast()
    {
        using var folder = new TemporaryFolder();
        File.Copy(video.Folder.FileOf("square.mp4"), folder.FileOf("a.mp4"));
        var config = folder.Write("config.json", $$"""{ "routes": [{ "origins": ["{{folder.Path}}"] }], "video": { "kvMaximum": "300KB" } }""");
        await using var server = await video.StartAsync(folder.Path, "--config", config);
        const string Used = "/a.mp4?mode=frame&width=320&height=240&format=png&time=1s";
        for (var second = 1; second < 8; second++)
        {
            await server.Edge.AskAsync(Used.Replace("time=1s", $"time={second}s", StringComparison.Ordinal));
            await server.Edge.AskAsync(Used);
            await server.Edge.AskAsync(Used);
        }

        long held = 0;
        Assert.True(await Eventually.HoldsAsync(async () => (held = (await server.ApiJsonAsync("/v1/variants?source=/a.mp4"))["variants"]!.AsArray().Sum(v => (long)v!["metadata"]!["contentLength"]!)) is > 0 and <= 300_000, TimeSpan.FromSeconds(60)), $"{held}");
        Assert.Equal("HIT", (await server.Edge.AskAsync(Used)).CacheStatus);
    }

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        using var answer = await video.Sluice.Api.PostAsync(new Uri(path, UriKind.Relative), content);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private string Clip()
    {
        var name = $"o{Guid.NewGuid():n}.mp4";
        File.Copy(video.Folder.FileOf("colours.mp4"), video.Folder.FileOf(name));
        return name;
    }
}
