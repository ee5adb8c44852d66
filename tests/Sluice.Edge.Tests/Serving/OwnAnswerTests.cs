using System.Net;
using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>What is one request's own, by its condition, its range or who sent it, is nobody else's answer.</summary>
public sealed class OwnAnswerTests : IAsyncDisposable
{
    private readonly ManualTimeProvider time = new();
    private readonly FaultyOrigin origin = FaultyOrigin.Start();

    public ValueTask DisposeAsync() => origin.DisposeAsync();

    [Fact]
    public async Task Get_ConditionThatFailsAtTheOrigin_IsNotWhatOthersGet()
    {
        origin.Once("/a", OriginReply.Error(412) with { CacheControl = "public, max-age=60" });
        origin.On("/a", OriginReply.Object(1, 1000));
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        var (failed, _) = await edge.GetAsync("/a", ("If-Match", "\"other\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, failed.StatusCode);
        Assert.Equal((HttpStatusCode.OK, 1000), Of(await edge.GetAsync("/a")));
    }

    // Whoever came first of those who waited for one answer got it, with the other's page: mostly where the one in whose name it was asked for had left.
    [Fact(Timeout = 60_000)]
    public async Task Get_PrivateAnswerOfWhoLeft_IsNotForThoseWhoWaited()
    {
        var held = new HeldOrigin(new CookieOrigin()) { Gate = new TaskCompletionSource() };
        await using var edge = await EdgeServer.StartAsync(held, time);
        using var gone = new CancellationTokenSource();
        using var asking = new HttpRequestMessage(HttpMethod.Get, "/a") { Headers = { { "Cookie", "user=first" } } };
        var first = edge.Client.SendAsync(asking, gone.Token);
        while (held.Asked < 1) await Task.Yield();
        var others = Enumerable.Range(0, 8).Select(i => edge.GetAsync("/a", ("Cookie", $"user={i}"))).ToList();
        await PassAsync(edge);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await PassAsync(edge);
        held.Gate.SetResult();
        for (var i = 0; i < others.Count; i++) Assert.Equal($"user={i}", Encoding.ASCII.GetString((await others[i]).Body));
    }

    // Each was an answer of its own, and the next was asked for when the one before had come: of an origin that takes a second to fail the hundredth viewer learned after a hundred.
    [Fact(Timeout = 60_000)]
    public async Task Get_ManyOfWhatFailsSlowly_DoNotWaitForEachOther()
    {
        const int Viewers = 16;
        var failing = new SlowFailure(Viewers / 2);
        await using var edge = await EdgeServer.StartAsync(failing, time);
        Assert.Equal(HttpStatusCode.OK, (await edge.GetAsync("/a")).Head.StatusCode);
        time.Advance(TimeSpan.FromMinutes(2));
        var all = Enumerable.Range(0, Viewers).Select(_ => edge.GetAsync("/a")).ToList();
        foreach (var gate in (TaskCompletionSource[])[failing.First, failing.Second])
        {
            await PassAsync(edge);
            gate.SetResult();
        }

        foreach (var (head, _) in await Task.WhenAll(all)) Assert.Equal(HttpStatusCode.ServiceUnavailable, head.StatusCode);
    }

    // Who looks anew because the object changed has not waited for what is another's own: all of a herd went to the origin, each alone, when a playlist changed twice.
    [Fact(Timeout = 60_000)]
    public async Task Get_OfWhatChangesTwice_AsksOnceEachTime()
    {
        var changing = new Changing();
        await using var edge = await EdgeServer.StartAsync(changing, time);
        var all = Enumerable.Range(0, 16).Select(_ => edge.GetAsync("/a")).ToList();
        foreach (var gate in changing.Gates)
        {
            await PassAsync(edge);
            gate.SetResult();
        }

        foreach (var (head, _) in await Task.WhenAll(all)) Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(3, changing.Asked);
    }

    // A cache in front that stores whatever names a lifetime would answer everybody with it.
    [Theory]
    [InlineData("If-Match", "\"other\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("If-Unmodified-Since", "Thu, 01 Jan 1998 00:00:00 GMT", HttpStatusCode.PreconditionFailed)]
    [InlineData("Range", "bytes=1000-", HttpStatusCode.RequestedRangeNotSatisfiable)]
    public async Task Get_RefusedByWhatIsStored_NamesNoLifetime(string name, string value, HttpStatusCode status)
    {
        origin.On("/a", OriginReply.Object(1, 1000) with { Headers = [new("CDN-Cache-Control", "max-age=60"), new("Cloudflare-CDN-Cache-Control", "max-age=60"), new("Surrogate-Control", "max-age=60"), new("Expires", "Fri, 01 Jan 2100 00:00:00 GMT")] });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a");
        var (head, _) = await edge.GetAsync("/a", (name, value));
        Assert.Equal((status, "no-store"), (head.StatusCode, head.Headers.CacheControl?.ToString()));
        Assert.False(head.Headers.Contains("CDN-Cache-Control") || head.Headers.Contains("Cloudflare-CDN-Cache-Control") || head.Headers.Contains("Surrogate-Control") || head.Content.Headers.Contains("Expires"));
        Assert.Equal("max-age=3600", (await edge.GetAsync("/a")).Head.Headers.CacheControl?.ToString());
    }

    // Behind a proxy every request has these, and no origin sees what a client said in them.
    [Theory]
    [InlineData("Host")]
    [InlineData("Accept-Encoding, X-Forwarded-Proto")]
    [InlineData("X-Forwarded-Host, Connection")]
    public async Task Get_VariesByWhatNoOriginSees_IsAHit(string vary)
    {
        origin.On("/a", OriginReply.Object(1, 1000) with { Headers = [new("Vary", vary)] });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        foreach (var (scheme, expected) in new[] { ("https", "MISS"), ("https", "HIT"), ("http", "HIT") })
            Assert.Equal(expected, (await edge.GetAsync("/a", ("X-Forwarded-Proto", scheme), ("X-Forwarded-Host", scheme))).Head.Headers.GetValues("X-Cache-Status").Single());
        Assert.Single(origin.CallsOf("/a"));
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("Accept-Encoding, Forwarded")]
    public async Task Get_VariesByWhoAsks_IsNotStored(string vary)
    {
        origin.On("/a", OriginReply.Object(1, 1000) with { Headers = [new("Vary", vary)] });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        for (var i = 0; i < 2; i++) Assert.Equal("MISS", (await edge.GetAsync("/a")).Head.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(2, origin.CallsOf("/a").Count);
    }

    private static (HttpStatusCode Status, int Length) Of((HttpResponseMessage Head, byte[] Body) answer) => (answer.Head.StatusCode, answer.Body.Length);

    /// <summary>Answers that go past the origin: time for those who asked before to wait for it.</summary>
    private static async Task PassAsync(EdgeServer edge)
    {
        for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.GatewayTimeout, (await edge.GetAsync("/none", ("Cache-Control", "only-if-cached"))).Head.StatusCode);
    }

    /// <summary>Answers each with their own cookie.</summary>
    private sealed class CookieOrigin : IOrigin
    {
        public string Name => "cookies";

        public string Scope => "cookies";

        public OriginTraits Traits => OriginTraits.None;

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            var body = Encoding.ASCII.GetBytes(request.Headers.First("Cookie") ?? "nobody");
            return new(new OriginResponse
            {
                Status = 200, Headers = new HeaderList { { "Cache-Control", "private" } }, Body = new MemoryStream(body), BodyLength = body.Length, Version = new ObjectVersion(null, null, body.Length),
            });
        }
    }

    /// <summary>Finds twice that its object changes while it is being asked for; each answer comes when it is let go.</summary>
    private sealed class Changing : IOrigin
    {
        private int asked;

        public TaskCompletionSource[] Gates { get; } = [new(), new(), new()];

        public int Asked => Volatile.Read(ref asked);

        public string Name => "changing";

        public string Scope => "changing";

        public OriginTraits Traits => OriginTraits.None;

        public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            var turn = Interlocked.Increment(ref asked) - 1;
            await Gates[Math.Min(turn, 2)].Task.WaitAsync(cancellation);
            return turn < 2
                ? throw new OriginException(OriginFailure.Changed, "It changed.")
                : new OriginResponse { Status = 200, Headers = new HeaderList { { "Cache-Control", "max-age=60" } }, BodyLength = 0, Version = new ObjectVersion("\"1\"", null, 0) };
        }
    }

    /// <summary>Has an object that must be confirmed after a minute, and fails then: the first two answers come when they are let go, those after them when so many were asked for.</summary>
    private sealed class SlowFailure(int together) : IOrigin
    {
        private readonly TaskCompletionSource rest = new();
        private int asked;

        public TaskCompletionSource First { get; } = new();

        public TaskCompletionSource Second { get; } = new();

        public string Name => "failing";

        public string Scope => "failing";

        public OriginTraits Traits => OriginTraits.None;

        public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            var turn = Interlocked.Increment(ref asked) - 1;
            if (turn == together) rest.TrySetResult();
            if (turn == 1) await First.Task.WaitAsync(cancellation);
            if (turn == 2) await Second.Task.WaitAsync(cancellation);
            if (turn > 2) await rest.Task.WaitAsync(cancellation);
            return turn == 0
                ? new OriginResponse { Status = 200, Headers = new HeaderList { { "Cache-Control", "max-age=60, must-revalidate" }, { "ETag", "\"1\"" } }, BodyLength = 0, Version = new ObjectVersion("\"1\"", null, 0) }
                : new OriginResponse { Status = 503, Headers = new HeaderList(), BodyLength = 0, Version = new ObjectVersion(null, null, 0) };
        }
    }
}
