using System.Text;
using Sluice.Core.Tags;
using Sluice.Edge.Origins;
using Sluice.Edge.Routes;
using Sluice.Edge.Tests.Transport;
using Sluice.Edge.Tests.Variants;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>Parameters of a query that tell no objects apart.</summary>
public sealed class QueryServingTests
{
    private readonly ManualTimeProvider time = new();
    private readonly MadeOrigin origin = new();

    [Fact]
    public async Task Cmcd_OfEveryRequest_MakesOneObject()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        string[] targets = ["/a.ts", "/a.ts?CMCD=bl%3D1", "/a.ts?CMCD=bl%3D2%2Csid%3D%22x%22", "/a.ts?%43MCD=3", "/a.ts?v=2&CMCD=4", "/a.ts?CMCD=5&v=2"];
        List<string> statuses = [];
        foreach (var target in targets) statuses.Add((await edge.GetAsync(target)).Head.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(["MISS", "HIT", "HIT", "HIT", "MISS", "HIT"], statuses);
        Assert.Equal(["", "?v=2"], origin.Requests.Select(request => request.Query));
    }

    [Fact]
    public async Task Cmcd_OverBothListeners_IsAnsweredAlike()
    {
        await using var edge = await TwoListeners.StartAsync(origin, time);
        var patience = TimeSpan.FromSeconds(60);
        await TwoListeners.ExchangeAsync(edge.Ordinary, Request("/a"), [], patience);
        // Empty pairs count.
        var odd = "/a?" + new string('&', 1500);
        await TwoListeners.ExchangeAsync(edge.Ordinary, Request(odd[..^1]), [], patience);
        foreach (var target in (string[])["/a?CMCD=1", "/a?CMCD", "/a?%43MCD=1", "/a?CMCD=1&CMCD=2", odd + "CMCD=1", "/a?CMCD=" + new string('x', 6000)])
        {
            var ordinary = TwoListeners.Normalise(await TwoListeners.ExchangeAsync(edge.Ordinary, Request(target), [], patience));
            Assert.Equal(ordinary, TwoListeners.Normalise(await TwoListeners.ExchangeAsync(edge.Fast, Request(target), [], patience)));
            Assert.StartsWith("HTTP/1.1 200", ordinary, StringComparison.Ordinal);
        }

        Assert.Equal(2, origin.Requests.Count);

        static byte[] Request(string target) => Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }

    [Fact]
    public async Task Query_NotInNormalForm_IsAnsweredAlikeWhetherOrNotItIsAHit()
    {
        await using var edge = await TwoListeners.StartAsync(origin, time, policy: new RoutePolicy { Query = new(["y"], ["v"]) });
        var patience = TimeSpan.FromSeconds(60);
        await TwoListeners.ExchangeAsync(edge.Ordinary, Request("/a"), [], patience);
        foreach (var listener in (Uri[])[edge.Ordinary, edge.Fast])
        {
            foreach (var refused in (string[])["x=%00", "x=\u0001", "x#v=1"])
                Assert.StartsWith("HTTP/1.1 400", TwoListeners.Normalise(await TwoListeners.ExchangeAsync(listener, Request("/a?" + refused), [], patience)), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 200", TwoListeners.Normalise(await TwoListeners.ExchangeAsync(listener, Request("/a?%76=1&x=%2f%41"), [], patience)), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 200", TwoListeners.Normalise(await TwoListeners.ExchangeAsync(listener, Request("/a?%76=2&sale=50%"), [], patience)), StringComparison.Ordinal);
        }

        Assert.Equal(["", "?v=1", "?v=2"], origin.Requests.Select(request => request.Query));

        static byte[] Request(string target) => Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }

    [Fact]
    public async Task Query_ThatDoesNotCount_IsPurgedExplainedAndWarmedAsOne()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: new RoutePolicy { Query = new(["*"]) });
        await edge.GetAsync("/a?x=1");
        await edge.GetAsync("/a?x=2");
        Assert.Single(origin.Requests);
        Assert.Equal("hit", edge.Explainer.Explain("/a?x=3").Next);
        var warmed = await edge.Edge.WarmAsync("/a?x=4", "me", default);
        Assert.Equal((true, false), (warmed.IsHeld, warmed.IsFetched));
        Assert.Equal(1, (await edge.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, edge.Edge.NameOf("/a?x=5")))).Objects);
        await edge.GetAsync("/a?x=6");
        Assert.Equal(2, origin.Requests.Count);
    }

    [Fact]
    public async Task Parameters_OfATransform_CountInAnyCase()
    {
        var transform = new MadeTransform();
        await using var edge = await EdgeServer.StartAsync(origin, time, configure: options =>
            options.Routes[0] = options.Routes[0] with { Transform = transform, Policy = new RoutePolicy { Query = new(["*"]) } });
        Assert.Equal((byte)'x', (await edge.GetAsync("/a.mp4?make=x&utm=1")).Body[0]);
        Assert.Equal("HIT", (await edge.GetAsync("/a.mp4?utm=2&make=x")).Head.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(100, (await edge.GetAsync("/a.mp4?utm=3")).Body.Length);
        Assert.Equal("HIT", (await edge.GetAsync("/a.mp4")).Head.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(1, transform.Runs);
    }

    [Fact]
    public async Task Parameters_OfATransform_ThatAskForNoVariant_MakeNoObjectOfTheirOwn()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time, configure: options =>
            options.Routes[0] = options.Routes[0] with { Transform = new MadeTransform(), Policy = new RoutePolicy { Query = new(["*"]) } });
        foreach (var target in (string[])["/a?anew=1", "/a?anew=2", "/a", "/a?make=original", "/a?make=original&x"]) await edge.GetAsync(target);
        Assert.Equal([""], origin.Requests.Select(request => request.Query));
        foreach (var target in (string[])["/a?anew=3", "/a?make=original&x"])
        {
            Assert.Equal("hit", edge.Explainer.Explain(target).Next);
            var warmed = await edge.Edge.WarmAsync(target, "me", default);
            Assert.Equal((true, false), (warmed.IsHeld, warmed.IsFetched));
            Assert.Equal("/a", edge.Edge.NameOf(target));
        }

        Assert.Equal("/a?make=nothing", edge.Edge.NameOf("/a?make=nothing"));
    }

    [Fact]
    public async Task Query_ThatCountedByTheRulesOfBefore_IsNotAHit()
    {
        var before = new EdgeRoute { Name = "all", Origins = [origin], Transform = new MadeTransform() };
        await using var edge = await EdgeServer.StartAsync(origin, time, configure: options => options.Routes[0] = before);
        await edge.GetAsync("/a?anew=1");
        edge.Edge.Replace([before with { Policy = new RoutePolicy { Query = new(["*"]) } }]);
        await edge.GetAsync("/a?anew=1");
        Assert.Equal(["?anew=1", ""], origin.Requests.Select(request => request.Query));
    }

    [Fact]
    public async Task Variant_WhoseSourceChangesWhileItIsMadeAhead_IsToldOf()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time, configure: options => options.Routes[0] = options.Routes[0] with { Transform = new MadeTransform { IsChanging = true } });
        Assert.Equal((502, "another version"), await edge.Edge.PrepareAsync("/a?make=x", "me", default) is var made ? (made.Status, made.Reason) : default);
        Assert.Equal((502, "another version"), await edge.Edge.WarmAsync("/a?make=x", "me", default) is var warmed ? (warmed.Status, warmed.Reason) : default);
    }

    [Fact]
    public async Task Variant_ThatPlayersAskForWithCmcd_IsFoundWithoutADecision()
    {
        var transform = new MadeTransform();
        await using var edge = await EdgeServer.StartAsync(origin, time, configure: options => options.Routes[0] = options.Routes[0] with { Transform = transform });
        for (var i = 0; i < 3; i++) await edge.GetAsync($"/a.mp4?make=x&CMCD=bl%3D{i}");
        Assert.Equal((1, 1), (transform.Runs, transform.Decisions));
    }

    [Fact]
    public async Task Post_TellsTheOriginAllOfItsQuery_AndInvalidatesWhatIsStoredWithoutIt()
    {
        await using var server = FaultyOrigin.Start();
        server.On("/a", OriginReply.Object(1, 1000));
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = server.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a?CMCD=0");
        using var posted = await edge.Client.PostAsync(new Uri("/a?CMCD=1", UriKind.Relative), new StringContent("x"));
        await edge.GetAsync("/a?CMCD=2");
        Assert.Equal(["GET /a", "POST /a?CMCD=1", "GET /a"], server.Calls.Select(call => $"{call.Method} {call.Target}"));
    }
}
