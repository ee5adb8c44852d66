using System.Collections.Frozen;
using System.IO.Compression;
using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Playback;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;
using Sluice.Edge.Tests.Serving;
using Sluice.Edge.Tests.Variants;
using Sluice.Edge.Warming;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Warming;

/// <summary>What is fetched ahead of its first viewer is a hit for that one, and counts as no request.</summary>
public sealed class WarmTests
{
    private readonly ManualTimeProvider time = new();

    [Theory]
    [InlineData(OriginTraits.Ranges | OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly)]
    [InlineData(OriginTraits.None)]
    public async Task Warm_AColdObject_IsAHitAfterwards(OriginTraits traits)
    {
        // More than is fetched ahead of a reader where there is no disk.
        var origin = new MadeOrigin(traits) { Length = 9 << 20 };
        origin.Extra.Add("Cache-Control", "max-age=100");
        await using var edge = await EdgeServer.StartAsync(origin, time);

        var first = await WarmAsync(edge, "/a.mp4");
        var second = await WarmAsync(edge, "http://anywhere/a.mp4");

        Assert.Equal((200, true, true, 9L << 20, null), (first.Status, first.IsHeld, first.IsFetched, first.Length, first.Reason));
        Assert.Equal((true, false), (second.IsHeld, second.IsFetched));
        Assert.Equal(0, Enum.GetValues<Outcome>().Sum(edge.Counters.Requests));
        var (head, body) = await edge.GetAsync("/a.mp4");
        Assert.Equal(("HIT", 9 << 20, 9 << 20), (Status(head), body.Length, origin.Bytes));
    }

    [Fact]
    public async Task Warm_AnObjectHeldInPart_FetchesTheRest()
    {
        var origin = new MadeOrigin { Length = 5 << 20 };
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a.mp4", ("Range", "bytes=2500000-2500099"));

        var warmed = await WarmAsync(edge, "/a.mp4");

        Assert.Equal((true, true), (warmed.IsHeld, warmed.IsFetched));
        Assert.Equal(5 << 20, origin.Bytes);
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4")).Head));
    }

    // Both reach the same server, each with a key of its own.
    [Theory]
    [InlineData("/a.mp4", false)]
    [InlineData("/private/a.mp4", false)]
    [InlineData("/private/a.mp4", true)]
    public async Task Warm_RoutesThatShareAScope_AskForTheRestAsTheObjectsRoute(string path, bool isReplaced)
    {
        MadeOrigin plain = new() { Length = 5 << 20 }, secret = new() { Length = 5 << 20 }, former = new() { Length = 5 << 20 };
        EdgeRoute Private(MadeOrigin origin) => new() { Name = "private", Pattern = "/private/*", Origins = [origin] };
        await using var edge = await EdgeServer.StartAsync(plain, time, configure: settings => settings.Routes.Insert(0, Private(isReplaced ? former : secret)));
        if (isReplaced)
        {
            var all = new EdgeRoute { Name = "all", Origins = [plain] };
            edge.Edge.Replace([Private(former), all]);
            edge.Edge.Replace([Private(secret), all]);
        }

        await edge.GetAsync(path, ("Range", "bytes=2500000-2500099"));

        Assert.True((await WarmAsync(edge, path)).IsHeld);

        var isPrivate = path != "/a.mp4";
        Assert.Equal((isPrivate ? 0 : 5 << 20, isPrivate ? 5 << 20 : 0, 0), (plain.Bytes, secret.Bytes, former.Bytes));
    }

    [Fact]
    public async Task Warm_AnObjectThatIsOld_ConfirmsIt()
    {
        var origin = new MadeOrigin();
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: new() { Ok = TimeSpan.FromMinutes(1), ByExtension = FrozenDictionary<string, ExtensionPolicy>.Empty });
        await WarmAsync(edge, "/a.mp4");
        time.Advance(TimeSpan.FromMinutes(2));

        var warmed = await WarmAsync(edge, "/a.mp4");

        Assert.Equal((true, false), (warmed.IsHeld, warmed.IsFetched));
        Assert.Equal((2, 100L), (origin.Requests.Count, origin.Bytes));
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4")).Head));
    }

    [Theory]
    [InlineData(404, null, "The origin answered 404.")]
    [InlineData(503, null, "The origin answered 503.")]
    [InlineData(200, "no-store", "It cannot be stored: ")]
    public async Task Warm_WhatCannotBeHeld_SaysWhy(int status, string? control, string reason)
    {
        var origin = new MadeOrigin(OriginTraits.None) { Status = status };
        if (control is not null) origin.Extra.Add("Cache-Control", control);
        await using var edge = await EdgeServer.StartAsync(origin, time);

        var warmed = await WarmAsync(edge, "/a.mp4");

        Assert.Equal((status, false), (warmed.Status, warmed.IsHeld));
        Assert.StartsWith(reason, warmed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warm_OriginDownNoRoomNoRouteNoPath_SayWhy()
    {
        var origin = new MadeOrigin { Length = 3 << 20 };
        await using var edge = await EdgeServer.StartAsync(origin, time, new ObjectCacheOptions { MemoryBytes = 1 << 20 }, configure: options => options.Routes[0] = options.Routes[0] with { Pattern = "/media/*" });

        Assert.Equal((false, "No route is configured for this path."), (await WarmAsync(edge, "/a.mp4")) is var none ? (none.IsHeld, none.Reason) : default);
        Assert.Equal((400, "the path must begin with a slash"), (await WarmAsync(edge, "a.mp4")) is var bad ? (bad.Status, bad.Reason) : default);
        Assert.Contains("no room", (await WarmAsync(edge, "/media/a.mp4")).Reason, StringComparison.Ordinal);
        origin.IsDown = true;
        Assert.Equal((502, "made: down"), (await WarmAsync(edge, "/media/b.mp4")) is var down ? (down.Status, down.Reason) : default);
    }

    [Fact]
    public async Task Warm_AVariant_MakesItOnce()
    {
        var transform = new MadeTransform();
        await using var edge = await EdgeServer.StartAsync(new MadeOrigin(), time, configure: options => options.Routes[0] = options.Routes[0] with { Transform = transform });

        var first = await WarmAsync(edge, "/a.mp4?make=x");
        var second = await WarmAsync(edge, "/a.mp4?make=x");
        var original = await WarmAsync(edge, "/a.mp4");

        Assert.Equal((true, true, 5L), (first.IsHeld, first.IsFetched, first.Length));
        Assert.Equal((true, false, 1), (second.IsHeld, second.IsFetched, transform.Runs));
        Assert.Equal((true, 100L), (original.IsHeld, original.Length));
    }

    [Fact]
    public async Task Warm_AManifest_TellsWhatItNames()
    {
        var text = Encoding.UTF8.GetBytes("#EXTM3U\n#EXTINF:6,\none.ts\n");
        await using var edge = await EdgeServer.StartAsync(new TextOrigin(text), time);

        Assert.Equal(["/v/one.ts"], (await WarmAsync(edge, "/v/a.m3u8")).Names);
        Assert.Equal(["/v/one.ts"], (await WarmAsync(edge, "/v/a.m3u8")).Names);
        Assert.Empty((await WarmAsync(edge, "/v/a.txt")).Names);
    }

    [Fact]
    public async Task Warm_AManifestHeldCompressed_TellsWhatItNames()
    {
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) await gzip.WriteAsync("#EXTM3U\n#EXTINF:6,\none.ts\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await using var edge = await EdgeServer.StartAsync(new TextOrigin(compressed.ToArray(), "gzip"), time);

        Assert.Equal(["/v/one.ts"], (await WarmAsync(edge, "/v/a.m3u8")).Names);
    }

    [Fact]
    public async Task Warm_AnOldObjectHeldInPart_TellsThatTheRestCame()
    {
        var origin = new MadeOrigin { Length = 5 << 20 };
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: new() { Ok = TimeSpan.FromMinutes(1), ByExtension = FrozenDictionary<string, ExtensionPolicy>.Empty });
        await edge.GetAsync("/a.mp4", ("Range", "bytes=2500000-2500099"));
        time.Advance(TimeSpan.FromMinutes(2));

        var warmed = await WarmAsync(edge, "/a.mp4");

        Assert.Equal((true, true, 5L << 20), (warmed.IsHeld, warmed.IsFetched, origin.Bytes));
    }

    [Fact]
    public async Task Warm_TheAddressOfOneViewer_FetchesWhatAllOfThemGet()
    {
        var tokens = new PlaybackTokens("0123456789abcdef", TimeSpan.FromHours(1), time);
        await using var edge = await EdgeServer.StartAsync(new MadeOrigin(), time, configure: options => options.Routes[0] = options.Routes[0] with { Playback = tokens });
        string Address() => "/v/a.mp4?token=" + tokens.ForFolderOf("/v/a.mp4");

        var warmed = await WarmAsync(edge, Address());
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(("/v/a.mp4", true), (warmed.Target, warmed.IsHeld));
        Assert.Equal("HIT", Status((await edge.GetAsync(Address())).Head));
        Assert.Equal("/v/a.mp4", edge.Edge.NameOf(Address()));
    }

    private static Task<WarmedObject> WarmAsync(EdgeServer edge, string target) => edge.Edge.WarmAsync(target, "test", TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));

    private static string Status(HttpResponseMessage answer) => answer.Headers.GetValues("X-Cache-Status").Single();

    private sealed class TextOrigin(byte[] text, string? coding = null) : IOrigin
    {
        public string Name => "text";

        public string Scope => "text";

        public OriginTraits Traits => OriginTraits.PolicyFromRoute | OriginTraits.ReadOnly;

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation) => new(new OriginResponse
        {
            Status = 200, Headers = coding is null ? new HeaderList { { "ETag", "\"1\"" } } : new HeaderList { { "ETag", "\"1\"" }, { "Content-Encoding", coding } }, Version = new ObjectVersion("\"1\"", null, text.Length), Body = new MemoryStream(text), BodyLength = text.Length,
        });
    }
}
