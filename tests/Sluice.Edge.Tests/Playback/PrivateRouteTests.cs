using System.IO.Compression;
using System.Text;
using Sluice.Edge.Origins;
using Sluice.Edge.Playback;
using Sluice.Edge.Routes;
using Sluice.Edge.Tests.Serving;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Playback;

public sealed class PrivateRouteTests : IAsyncDisposable
{
    private static readonly string[] ForCaches = ["CDN-Cache-Control", "Sluice-CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Surrogate-Control", "X-Accel-Expires"];

    private readonly ManualTimeProvider time = new();
    private readonly FaultyOrigin origin = FaultyOrigin.Start();

    private HttpOrigin? upstream;

    public ValueTask DisposeAsync()
    {
        upstream?.Dispose();
        return origin.DisposeAsync();
    }

    [Fact]
    public async Task Get_ManifestHeldCompressed_IsRewrittenAsText()
    {
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) await gzip.WriteAsync("#EXTM3U\na.ts\n"u8.ToArray());

        var (head, body) = await GetAsync("gzip", compressed.ToArray());

        Assert.Empty(head.Content.Headers.ContentEncoding);
        Assert.StartsWith("#EXTM3U\na.ts?token=1.", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
    }

    // What had come of the new one was kept by then, and the old one written behind it.
    [Fact]
    public async Task Get_ManifestWhoseNewBodyBreaksOff_IsTheOldOneAndNothingElse()
    {
        var tokens = new PlaybackTokens("a key", TimeSpan.FromHours(1), time);
        var good = OriginReply.Text("#EXTM3U\na.ts\n") with { CacheControl = "max-age=1, stale-if-error=600" };
        origin.On("/v/a.m3u8", good);
        await using var edge = await StartAsync(tokens);
        var asked = $"/v/a.m3u8?{PlaybackTokens.Parameter}={tokens.ForFolderOf("/v/a.m3u8")}";
        var (_, before) = await edge.GetAsync(asked);
        time.Advance(TimeSpan.FromSeconds(2));
        origin.On("/v/a.m3u8", good with { Body = OriginBody.Of(new string('#', 300_000)), CutAfter = 200_000 });

        var (head, body) = await edge.GetAsync(asked);

        Assert.Equal((200, Encoding.UTF8.GetString(before)), ((int)head.StatusCode, Encoding.UTF8.GetString(body)));
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Get_ManifestThatCannotBeRead_PassesAsItIs(string coding)
    {
        var (head, body) = await GetAsync(coding, [0x8b, 0, 0x80, 0xff]);

        Assert.Equal([coding], head.Content.Headers.ContentEncoding);
        Assert.Equal([0x8b, 0, 0x80, 0xff], body);
    }

    [Fact]
    public async Task Get_ManifestThatUnpacksToFarTooMuch_PassesAsItIs()
    {
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize)) await gzip.WriteAsync(new byte[17 << 20]);

        var (head, body) = await GetAsync("gzip", compressed.ToArray());

        Assert.Equal(["gzip"], head.Content.Headers.ContentEncoding);
        Assert.Equal(compressed.ToArray(), body);
    }

    // It would be held whole, and once more as text, for each of those who ask.
    [Theory]
    [InlineData(16 << 20, true)]
    [InlineData((16 << 20) + 1, false)]
    [InlineData(40 << 20, false)]
    public async Task Get_ManifestOfMoreThanAnyHas_PassesAsItIs(int length, bool isRewritten)
    {
        var text = new byte[length];
        text.AsSpan().Fill((byte)'a');
        text[^1] = (byte)'\n';

        var (head, body) = await GetAsync("", text);

        Assert.Equal(length, head.Content.Headers.ContentLength - (isRewritten ? body.Length - length : 0));
        Assert.Equal(isRewritten, !text.AsSpan().SequenceEqual(body));
    }

    [Fact]
    public async Task Get_WithoutAToken_IsARefusalThatOtherSitesMaySee()
    {
        await using var edge = await StartAsync(new PlaybackTokens("a key", TimeSpan.FromHours(1), time));

        var (head, _) = await edge.GetAsync("/v/a.ts", ("Origin", "https://site.example"));

        Assert.Equal(403, (int)head.StatusCode);
        Assert.Equal(["*"], head.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    // Browsers ask so ahead of a fetch with fields of its own; what the origin is asked for then is in its log too.
    [Fact]
    public async Task Options_WithAToken_GoOnWithoutIt()
    {
        await using var edge = await StartAsync(new PlaybackTokens("a key", TimeSpan.FromHours(1), time));
        origin.On("/v/a.ts?b=1", OriginReply.Error(204));
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v/a.ts?token=1.2.secret&b=1");

        using var answer = await edge.Client.SendAsync(request);

        Assert.Equal(["/v/a.ts?b=1"], origin.Calls.Select(call => call.Target));
    }

    // In a tunnel a client may ask an origin for anything; some give one to whatever method asks for it.
    [Theory]
    [InlineData("GET")]
    [InlineData("OPTIONS")]
    public async Task Upgrade_WithoutAToken_IsRefused(string method)
    {
        origin.On("/v/a.ts", OriginReply.Object(1, 10));
        await using var edge = await StartAsync(new PlaybackTokens("a key", TimeSpan.FromHours(1), time));
        using var client = await RawHttp.ConnectAsync(edge.Client.BaseAddress!);

        await client.SendAsync(RawHttp.Request(method, "/v/a.ts", edge.Client.BaseAddress!, "Connection: Upgrade", "Upgrade: shout/1"));

        Assert.Equal(403, (await client.ReadResponseAsync()).Status);
        Assert.Empty(origin.Calls);
    }

    // What origins take for the same path: buckets and folders decode, nginx merges slashes, servers of Java leave parameters out.
    [Theory]
    [InlineData("/v(1)/w/a.ts")]
    [InlineData("/v%281%29/w/a.ts")]
    [InlineData("/v(1)//w/a.ts")]
    [InlineData("/v(1)%2Fw/a.ts")]
    [InlineData("/v(1)/w%5Ca.ts")]
    [InlineData("/v(1);x=y/w/a.ts")]
    [InlineData("/v(1)/w%2F")]
    public async Task Get_OfAnotherRouteWhatAnOriginMayReadAsPrivate_NeedsAToken(string path)
    {
        origin.On(path, OriginReply.Object(1, 10));
        upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time, configure: options =>
            options.Routes.Insert(0, new EdgeRoute { Name = "private", Pattern = "/v(1)/w/*", Origins = [upstream], Playback = new PlaybackTokens("a key", TimeSpan.FromHours(1), time) }));

        var (head, _) = await edge.GetAsync(path);

        Assert.Equal(403, (int)head.StatusCode);
        Assert.Empty(origin.Calls);
    }

    [Fact]
    public async Task Get_OfAnotherRouteWhatIsPrivateInNoReading_NeedsNone()
    {
        const string Path = "/w%2Fv(1)//w/a;b.ts";
        origin.On(Path, OriginReply.Object(1, 10));
        upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time, configure: options =>
            options.Routes.Insert(0, new EdgeRoute { Name = "private", Pattern = "/v(1)/w/*", Origins = [upstream], Playback = new PlaybackTokens("a key", TimeSpan.FromHours(1), time) }));

        var (head, _) = await edge.GetAsync(Path);

        Assert.Equal(200, (int)head.StatusCode);
    }

    [Fact]
    public async Task Explain_WithAToken_TellsWhetherItIsRefused()
    {
        var tokens = new PlaybackTokens("a key", TimeSpan.FromHours(1), time);
        origin.On("/v/a.ts", new OriginReply { Body = OriginBody.Of([1]), CacheControl = "max-age=90000" });
        await using var edge = await StartAsync(tokens);
        var asked = $"/v/a.ts?{PlaybackTokens.Parameter}={tokens.ForFolderOf("/v/a.ts")}";
        await edge.GetAsync(asked);
        Assert.Equal(["hit", "hit"], [edge.Explainer.Explain("/v/a.ts").Next, edge.Explainer.Explain(asked).Next]);
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(["hit", "refused"], [edge.Explainer.Explain("/v/a.ts").Next, edge.Explainer.Explain(asked).Next]);
        Assert.DoesNotContain(PlaybackTokens.Parameter + "=", edge.Explainer.Explain(asked).ToString(), StringComparison.Ordinal);
    }

    // The edge keeps one copy for all; another cache on the way would give it to those without a token, or whose token's time is over.
    [Theory]
    [InlineData("public, max-age=60, immutable", "private, max-age=60, immutable")]
    [InlineData("max-age=60, s-maxage=600, proxy-revalidate", "private, max-age=60")]
    [InlineData("max-age=60, no-cache=\"Set-Cookie, X\"", "private, no-cache")]
    [InlineData("private, no-store", "private, no-store")]
    [InlineData("", "private")]
    public async Task Get_Segment_IsForNoCacheOnTheWay(string told, string passed)
    {
        var tokens = new PlaybackTokens("a key", TimeSpan.FromHours(1), time);
        origin.On("/v/a.ts", new OriginReply { Body = OriginBody.Of([1]), CacheControl = told, Headers = [.. ForCaches.Select(name => new KeyValuePair<string, string>(name, "max-age=900"))] });
        await using var edge = await StartAsync(tokens);
        for (var i = 0; i < 2; i++)
        {
            var (head, _) = await edge.GetAsync($"/v/a.ts?{PlaybackTokens.Parameter}={tokens.ForFolderOf("/v/a.ts")}");
            Assert.Equal((200, passed), ((int)head.StatusCode, string.Join(", ", head.Headers.NonValidated["Cache-Control"])));
            Assert.DoesNotContain(ForCaches, head.Headers.Contains);
        }
    }

    [Theory]
    [InlineData("text/vtt; charset=utf-8", "WEBVTT\n\n00:00.000 --> 00:01.000\n/v/a.mp4?mode=spritesheet&token=1.")]
    [InlineData("video/mp4", "WEBVTT\n\n00:00.000 --> 00:01.000\n/v/a.mp4?mode=spritesheet#xywh=0,0,16,9\n")]
    public async Task Get_IndexOfASpriteSheet_HasTheTokenInItsAddresses(string type, string expected)
    {
        var tokens = new PlaybackTokens("a key", TimeSpan.FromHours(1), time);
        var text = "WEBVTT\n\n00:00.000 --> 00:01.000\n/v/a.mp4?mode=spritesheet#xywh=0,0,16,9\n"u8.ToArray();
        origin.On("/v/a.mp4", new OriginReply { Body = OriginBody.Of(text), CacheControl = "max-age=60", ContentType = type });
        await using var edge = await StartAsync(tokens);

        var (_, body) = await edge.GetAsync($"/v/a.mp4?mode=spritesheet&format=vtt&{PlaybackTokens.Parameter}={tokens.ForFolderOf("/v/a.mp4")}");

        Assert.StartsWith(expected, Encoding.UTF8.GetString(body), StringComparison.Ordinal);
    }

    // One base64url signature of 800 has these three letters; without ranges nobody could seek, and some players play nothing.
    [Fact]
    public async Task Get_RangeOfAVideoWhoseQueryHasTheLettersOfAnIndex_IsThatRange()
    {
        var tokens = new PlaybackTokens("a key", TimeSpan.FromHours(1), time);
        origin.On("/v/a.mp4", OriginReply.Object(1, 10));
        await using var edge = await StartAsync(tokens);

        var (head, body) = await edge.GetAsync($"/v/a.mp4?width=64&signature=x4VtTq&{PlaybackTokens.Parameter}={tokens.ForFolderOf("/v/a.mp4")}", ("Range", "bytes=2-4"));

        Assert.Equal((206, 3), ((int)head.StatusCode, body.Length));
    }

    private async Task<(HttpResponseMessage Head, byte[] Body)> GetAsync(string coding, byte[] manifest)
    {
        var tokens = new PlaybackTokens("a key", TimeSpan.FromHours(1), time);
        origin.On("/v/a.m3u8", new OriginReply { Body = OriginBody.Of(manifest), CacheControl = "max-age=60", Headers = coding.Length == 0 ? [] : [new("Content-Encoding", coding)] });
        await using var edge = await StartAsync(tokens);
        return await edge.GetAsync($"/v/a.m3u8?{PlaybackTokens.Parameter}={tokens.ForFolderOf("/v/a.m3u8")}");
    }

    private Task<EdgeServer> StartAsync(PlaybackTokens tokens)
    {
        upstream ??= HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        return EdgeServer.StartAsync(upstream, time, configure: options =>
        {
            options.Routes.Clear();
            options.Routes.Add(new EdgeRoute { Name = "private", Origins = [upstream], Playback = tokens });
        });
    }
}
