using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Video;

/// <summary>VAR-02 to VAR-13, KV-06, TAG-05 to TAG-08, U056: variants are objects like others, made once.</summary>
public sealed class CachingTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    private static int names;

    [Fact]
    public async Task Variant_AskedForByFiveHundredAtOnce_IsMadeOnce()
    {
        var path = Clip("square.mp4");
        var before = video.Runs;
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => video.Edge.GetByteArrayAsync(new Uri(path + "?width=160", UriKind.Relative))));
        Assert.Equal(1, video.Runs - before);
        Assert.True(answers[0].Length > 10_000);
        Assert.All(answers, answer => Assert.True(answer.AsSpan().SequenceEqual(answers[0])));
    }

    [Fact]
    public async Task Variant_MadeOnce_IsAHitWithRanges_AndSurvivesARestart()
    {
        var path = Clip("square.mp4") + "?width=160&duration=2s";
        var (_, whole) = await video.GetAsync(path);
        var (before, bytes) = (video.Runs, await File.ReadAllBytesAsync(whole));

        var (part, file) = await video.GetAsync(path, range: "bytes=1000-1999");
        Assert.Equal((HttpStatusCode.PartialContent, "HIT"), (part.StatusCode, part.Headers.GetValues("X-Cache-Status").Single()));
        Assert.Equal(bytes[1000..2000], await File.ReadAllBytesAsync(file));
        Assert.Equal($"bytes */{bytes.Length}", (await video.GetAsync(path, range: $"bytes={bytes.Length}-")).Answer.Content.Headers.ContentRange?.ToString());

        await video.Sluice.StopAsync();
        await video.Sluice.StartAsync();
        var (again, same) = await video.GetAsync(path);
        Assert.Equal("HIT", again.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(same));
        Assert.Equal(before, video.Runs);
    }

    [Fact]
    public async Task Variant_BeingMade_SendsItsFirstBytesBeforeItsLastAreThere()
    {
        File.Copy(await Clips.LongAsync(), video.Folder.FileOf("early.mp4"));
        using var answer = await video.Edge.GetAsync(new Uri("/early.mp4?width=1280&height=720", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        Assert.True(await body.ReadAsync(new byte[1024]) > 0);
        Assert.Equal(1, await RunningAsync());
        await body.CopyToAsync(Stream.Null);
        Assert.True(await Eventually.HoldsAsync(async () => await RunningAsync() == 0, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Variant_WhenItsLastListenerLeaves_IsNotMadeOn()
    {
        File.Copy(await Clips.LongAsync(), video.Folder.FileOf("left.mp4"));
        using (var answer = await video.Edge.GetAsync(new Uri("/left.mp4?width=1920&height=1080", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
            Assert.Equal(1, await RunningAsync());
        Assert.True(await Eventually.HoldsAsync(async () => await RunningAsync() == 0, TimeSpan.FromSeconds(20)));
        Assert.Equal(1, (int)(await video.Sluice.ApiJsonAsync("/v1/cache/stats"))["variants"]!["abandoned"]!);
        // Nothing half made is left to be found.
        using var head = new HttpRequestMessage(HttpMethod.Head, new Uri("/left.mp4?width=1920&height=1080", UriKind.Relative));
        using var asked = await video.Edge.SendAsync(head);
        Assert.NotEqual("HIT", asked.Headers.GetValues("X-Cache-Status").Single());
    }

    [Fact]
    public async Task Variant_WhenItsSourceChanges_IsStaleAtOnce()
    {
        var path = Clip("square.mp4");
        var before = video.Runs;
        await video.GetAsync(path + "?mode=frame&width=160&height=90");
        File.Copy(await Clips.ColoursAsync(), video.Folder.FileOf(path[1..]), overwrite: true);
        // Nobody has asked the origin yet: what is fresh is used.
        Assert.Equal("HIT", (await video.GetAsync(path + "?mode=frame&width=160&height=90")).Answer.Headers.GetValues("X-Cache-Status").Single());
        await video.Edge.AskAsync(path, "Cache-Control: no-cache");
        var (answer, file) = await video.GetAsync(path + "?mode=frame&width=160&height=90");
        Assert.Equal("EXPIRED", answer.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(2, video.Runs - before);
        var pixel = await Clips.PixelsAsync(file, 1, 1);
        Assert.InRange(pixel[0], Clips.Colours[0].R - 16, Clips.Colours[0].R + 16);
    }

    [Fact]
    public async Task Variant_OfAnUnchangedSource_IsConfirmedWithoutMakingItAgain()
    {
        var path = Clip("colours.mp4") + "?mode=frame&width=160&height=90";
        await video.GetAsync(path);
        var before = video.Runs;
        Assert.Equal("REVALIDATED", (await video.Edge.AskAsync(path, "Cache-Control: no-cache")).CacheStatus);
        Assert.Equal(before, video.Runs);
    }

    [Fact]
    public async Task Variant_IsUsedUnasked_NoLongerThanItsOriginSaysOfTheSource()
    {
        await using var origin = FaultyOrigin.Start();
        var bytes = await File.ReadAllBytesAsync(video.Folder.FileOf("colours.mp4"), TestContext.Current.CancellationToken);
        var first = new OriginReply { Body = OriginBody.Of(bytes), ETag = "\"1\"", ContentType = "video/mp4", CacheControl = "no-cache" };
        origin.On("/a.mp4", first).On("/b.mp4", first with { CacheControl = "max-age=600" }).On("/c.mp4", first with { CacheControl = "max-age=864000" }).On("/d.mp4", first with { CacheControl = "public" });
        // Nor does it grow beyond that.
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions { Origin = origin.Address, Environment = new Dictionary<string, string> { ["SLUICE__Video__KvTtl__AdaptiveMaximum"] = "7d" } });
        const string Frame = "?mode=frame&width=160&height=90";
        var made = await sluice.Edge.AskAsync("/a.mp4" + Frame);
        Assert.Equal((200, "public, no-cache"), (made.Status, made.Header("Cache-Control")));
        for (var i = 0; i < 2; i++) Assert.Equal("REVALIDATED", (await sluice.Edge.AskAsync("/a.mp4" + Frame)).CacheStatus);
        // Nobody asked for the source itself in between.
        origin.On("/a.mp4", first with { ETag = "\"2\"" });
        Assert.NotEqual(made.Header("ETag"), (await sluice.Edge.AskAsync("/a.mp4" + Frame)).Header("ETag"));
        var seconds = (await sluice.Edge.AskAsync("/b.mp4" + Frame)).Header("Cache-Control")!["public, max-age=".Length..];
        Assert.InRange(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture), 500, 600);
        Assert.Equal("public, max-age=86400", (await sluice.Edge.AskAsync("/c.mp4" + Frame)).Header("Cache-Control"));
        // That says nothing of a time.
        Assert.Equal("public, max-age=86400", (await sluice.Edge.AskAsync("/d.mp4" + Frame)).Header("Cache-Control"));
    }

    [Theory]
    [InlineData("tag", "video-derivative-mobile", 1)]
    [InlineData("tag", "video-format-webm", 1)]
    [InlineData("tag", "video-{0}", 3)]
    [InlineData("source", "/{0}", 4)]
    [InlineData("prefix", "/{0}", 4)]
    [InlineData("url", "/{0}?width=100&height=80&audio=false&duration=1s", 1)]
    public async Task Purge_TakesTheVariantsItNames_AndNoOthers(string kind, string value, int count)
    {
        var name = Clip("colours.mp4")[1..];
        await video.Sluice.Api.PostAsync(new Uri("/v1/cache/purge", UriKind.Relative), Json("prefix", "/"));
        await video.GetAsync($"/{name}");
        await video.GetAsync($"/{name}?derivative=mobile");
        await video.GetAsync($"/{name}?width=100&height=80&format=webm&duration=1s");
        await video.GetAsync($"/{name}?width=100&height=80&audio=false&duration=1s");
        var purged = await video.Sluice.Api.PostAsync(new Uri("/v1/cache/purge", UriKind.Relative), Json(kind, string.Format(System.Globalization.CultureInfo.InvariantCulture, value, name)));
        Assert.Equal(count, (int)JsonNode.Parse(await purged.Content.ReadAsStringAsync())!["objects"]!);
    }

    [Fact]
    public async Task Debug_MakesItAnew_AndNoKvCacheUsesTheMemoryOnly()
    {
        var path = Clip("colours.mp4") + "?mode=frame&width=160&height=90";
        await video.GetAsync(path);
        var before = video.Runs;
        Assert.Equal("BYPASS", (await video.Edge.AskAsync(path + "&debug=true")).CacheStatus);
        Assert.Equal("BYPASS", (await video.Edge.AskAsync(path + "&debug=true")).CacheStatus);
        Assert.Equal(2, video.Runs - before);
        Assert.Equal("HIT", (await video.Edge.AskAsync(path + "&no-kv-cache=true")).CacheStatus);
        Assert.Equal(2, video.Runs - before);
        Assert.Equal("HIT", (await video.Edge.AskAsync(path)).CacheStatus);
    }

    private static StringContent Json(string kind, string value) => new(new JsonObject { [kind] = value }.ToJsonString(), new MediaTypeHeaderValue("application/json"));

    private string Clip(string of)
    {
        var name = $"c{Interlocked.Increment(ref names)}.mp4";
        File.Copy(video.Folder.FileOf(of), video.Folder.FileOf(name));
        return "/" + name;
    }

    private async Task<int> RunningAsync() => (int)(await video.Sluice.ApiJsonAsync("/v1/cache/stats"))["variants"]!["running"]!;
}
