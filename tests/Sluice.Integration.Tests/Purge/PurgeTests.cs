using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Purge;

/// <summary>TAG-08, BEYOND 4: by URL and prefix, hard, soft and dry, through the API and the command line, with a receipt.</summary>
public sealed class PurgeTests(HttpEdge http) : IClassFixture<HttpEdge>
{
    [Fact]
    public async Task Purge_ByUrl_TakesThatObjectAndNoOther()
    {
        var path = await PutAndFillAsync(60);
        var other = await PutAndFillAsync(61);

        var receipt = await PurgeAsync(new { url = path });

        Assert.Equal(1, PurgeReceiptText.Entries(receipt));
        Assert.Equal("MISS", (await http.Edge.AskAsync(path)).CacheStatus);
        Assert.Equal("HIT", (await http.Edge.AskAsync(other)).CacheStatus);
    }

    [Fact]
    public async Task Purge_ByUrl_TakesRangesHeadAndQueryFormsOfTheEntry()
    {
        var path = http.Put(OriginReply.Object(62, 4 << 20), ".mp4");
        await http.Edge.AskAsync(path, "Range: bytes=0-99");
        await http.Edge.AskAsync(path, "Range: bytes=3000000-3000099");

        await PurgeAsync(new { url = path });

        Assert.Equal("MISS", (await http.Edge.AskAsync(path, "Range: bytes=0-99")).CacheStatus);
        Assert.Equal("MISS", (await http.Edge.AskAsync(path, "Range: bytes=3000000-3000099")).CacheStatus);
    }

    [Fact]
    public async Task Purge_ByPrefix_TakesAllBelowIt()
    {
        foreach (var name in (string[])["/pre/a/1", "/pre/a/2", "/pre/ab/3"])
        {
            http.Origin.On(name, OriginReply.Object(63, 1000));
            await http.Edge.AskAsync(name);
        }

        var receipt = await PurgeAsync(new { prefix = "/pre/a/" });

        Assert.Equal(2, PurgeReceiptText.Entries(receipt));
        Assert.Equal("MISS", (await http.Edge.AskAsync("/pre/a/1")).CacheStatus);
        Assert.Equal("MISS", (await http.Edge.AskAsync("/pre/a/2")).CacheStatus);
        Assert.Equal("HIT", (await http.Edge.AskAsync("/pre/ab/3")).CacheStatus);
    }

    [Fact]
    public async Task Purge_DryRun_SaysWhatItWouldTakeAndTakesNothing()
    {
        var path = await PutAndFillAsync(64);

        var dry = await PurgeAsync(new { url = path, dryRun = true });

        Assert.Equal("HIT", (await http.Edge.AskAsync(path)).CacheStatus);
        var real = await PurgeAsync(new { url = path });
        Assert.Equal(PurgeReceiptText.Entries(real), PurgeReceiptText.Entries(dry));
        Assert.Equal(1, PurgeReceiptText.Entries(dry));
        Assert.Equal("MISS", (await http.Edge.AskAsync(path)).CacheStatus);
    }

    [Fact]
    public async Task Purge_Soft_RevalidatesNext()
    {
        var path = await PutAndFillAsync(65);

        await PurgeAsync(new { url = path, soft = true });
        var next = await http.Edge.AskAsync(path);

        Assert.Equal(200, next.Status);
        Assert.Contains(next.CacheStatus, (string[])["REVALIDATED", "STALE", "UPDATING"]);
        Assert.Equal(OriginReply.Object(65, 50_000).ETag, http.Origin.CallsOf(path)[^1].Header("If-None-Match"));
        Assert.Equal(50_000, http.Origin.BytesOf(path)); // the body was not fetched again
        Assert.Equal("HIT", (await http.Edge.AskAsync(path)).CacheStatus);
    }

    [Fact]
    public async Task Purge_WhileAFlightIsInTheAir_FencesWhatItBrings()
    {
        var release = new TaskCompletionSource();
        var old = OriginReply.Object(66, 3 << 20) with { HoldAfter = 1 << 20, Held = release.Task };
        var path = http.Put(old, ".mp4");
        using var viewer = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress);
        await viewer.SendAsync(RawHttp.Request("GET", path, http.Sluice.EdgeAddress));
        await viewer.ReadHeadAsync();
        await viewer.ReadSomeAsync(1000);

        await PurgeAsync(new { url = path });
        http.Origin.On(path, OriginReply.Object(67, 3 << 20));
        var next = http.Edge.AskAsync(path);
        release.SetResult();
        var rest = await viewer.ReadSomeAsync((3 << 20) - 1000);

        // The first viewer gets the version it began with; whoever comes after the purge gets the new one, now and later.
        Assert.Equal((3 << 20) - 1000, rest.Length);
        Assert.Equal(-1, new BytePattern(66).FirstDifference(1000, rest));
        Assert.Equal(-1, new BytePattern(67).FirstDifference(0, (await next).Body));
        var later = await http.Edge.AskAsync(path);
        Assert.Equal("HIT", later.CacheStatus);
        Assert.Equal(-1, new BytePattern(67).FirstDifference(0, later.Body));
    }

    // The origin has read the old one and is slow to answer.
    [Fact]
    public async Task Purge_WhileTheOriginIsAsked_WhoComesAfterItGetsTheNewOne()
    {
        var release = new TaskCompletionSource();
        var path = http.Put(OriginReply.Object(69, 1000) with { HeadHeld = release.Task }, ".mp4");
        var first = http.Edge.AskAsync(path);
        Assert.True(await Eventually.HoldsAsync(() => http.Origin.CallsOf(path).Count == 1, TimeSpan.FromSeconds(60)));

        await PurgeAsync(new { url = path });
        http.Origin.On(path, OriginReply.Object(70, 1000));
        var next = http.Edge.AskAsync(path);
        await Eventually.PassAsync(TimeSpan.FromMilliseconds(300));
        release.SetResult();

        Assert.Equal(-1, new BytePattern(69).FirstDifference(0, (await first).Body));
        Assert.Equal(-1, new BytePattern(70).FirstDifference(0, (await next).Body));
    }

    [Fact]
    public async Task Purge_FencedFlightWithNobodyAfterIt_IsNotStored()
    {
        var release = new TaskCompletionSource();
        var path = http.Put(OriginReply.Object(68, 3 << 20) with { HoldAfter = 1 << 20, Held = release.Task }, ".mp4");
        using var viewer = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress);
        await viewer.SendAsync(RawHttp.Request("GET", path, http.Sluice.EdgeAddress));
        await viewer.ReadHeadAsync();
        await viewer.ReadSomeAsync(1000);

        await PurgeAsync(new { url = path });
        release.SetResult();
        await viewer.ReadSomeAsync((3 << 20) - 1000);

        Assert.Equal("MISS", (await http.Edge.AskAsync(path)).CacheStatus);
    }

    [Fact]
    public async Task Purge_SurvivesARestart_AsDoTheOthers()
    {
        await using var origin = FaultyOrigin.Start();
        origin.On("/gone", OriginReply.Object(69, 9000)).On("/kept", OriginReply.Object(70, 9000));
        await using var sluice = await global::Sluice.TestKit.Processes.SluiceProcess.StartAsync(origin.Address);
        await sluice.Edge.AskAsync("/gone");
        await sluice.Edge.AskAsync("/kept");
        using var purge = await sluice.Api.PostAsJsonAsync("/v1/cache/purge", new { url = "/gone" });
        Assert.True(purge.IsSuccessStatusCode);

        await sluice.StopAsync();
        await sluice.StartAsync();

        Assert.Equal("HIT", (await sluice.Edge.AskAsync("/kept")).CacheStatus);
        Assert.Equal("MISS", (await sluice.Edge.AskAsync("/gone")).CacheStatus);
    }

    [Fact]
    public async Task Command_PurgeUrl_PrintsTheReceiptAndPurges()
    {
        var path = await PutAndFillAsync(71);

        var dry = await http.Sluice.RunAsync("purge", "--url", path, "--dry-run");
        Assert.True(dry.ExitCode == 0, dry.ToString());
        Assert.Equal("HIT", (await http.Edge.AskAsync(path)).CacheStatus);

        var json = await http.Sluice.RunAsync("purge", "--url", path, "--json");
        Assert.True(json.ExitCode == 0, json.ToString());
        Assert.Equal(1, PurgeReceiptText.Entries(JsonNode.Parse(json.Output)!));
        Assert.Equal("MISS", (await http.Edge.AskAsync(path)).CacheStatus);

        var text = await http.Sluice.RunAsync("purge", "--prefix", path);
        Assert.True(text.ExitCode == 0 && text.Output.Contains('1', StringComparison.Ordinal), text.ToString());
        Assert.Equal("MISS", (await http.Edge.AskAsync(path)).CacheStatus);
    }

    [Fact]
    public async Task Command_PurgeSoft_RevalidatesNext()
    {
        var path = await PutAndFillAsync(72);

        var soft = await http.Sluice.RunAsync("purge", "--url", path, "--soft");

        Assert.True(soft.ExitCode == 0, soft.ToString());
        Assert.Contains((await http.Edge.AskAsync(path)).CacheStatus, (string[])["REVALIDATED", "STALE", "UPDATING"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"url\": \"/a\", \"prefix\": \"/b\"}")]
    [InlineData("{\"url\": 5}")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task Purge_BadRequest_Is400WithAProblem(string body)
    {
        using var content = new StringContent(body, null, "application/json");
        using var response = await http.Sluice.Api.PostAsync(new Uri("/v1/cache/purge", UriKind.Relative), content);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Command_PurgeWithoutTarget_SaysWhatToGive()
    {
        var result = await http.Sluice.RunAsync("purge");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("--url", result.Errors, StringComparison.Ordinal);
    }

    private async Task<string> PutAndFillAsync(ulong seed)
    {
        var path = http.Put(OriginReply.Object(seed, 50_000));
        await http.Edge.AskAsync(path);
        Assert.Equal("HIT", (await http.Edge.AskAsync(path)).CacheStatus);
        return path;
    }

    private async Task<JsonNode> PurgeAsync(object request)
    {
        using var response = await http.Sluice.Api.PostAsJsonAsync("/v1/cache/purge", request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
