using System.Net;
using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Fields;
using Sluice.Edge.Routes;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>What may be kept and never unasked for another: answers by cookie that name no lifetime.</summary>
public sealed class UnsharedAnswerTests
{
    private readonly ManualTimeProvider time = new();

    // What a framework sends that says nothing of caches: those who waited together got the page of one of them.
    [Theory(Timeout = 60_000)]
    [InlineData(null, false)]
    [InlineData("no-cache", false)]
    [InlineData("max-age=0, must-revalidate", false)]
    [InlineData("max-age=60", true)]
    [InlineData("public, no-cache", true)]
    [InlineData("max-age=0, stale-while-revalidate=60", true)]
    [InlineData("max-age=0, stale-while-revalidate=60, must-revalidate", false)]
    public async Task Get_AnswerThatNamesNoLifetime_IsNotForThoseWhoWaited(string? control, bool isForAll)
    {
        var held = new HeldOrigin(new PageOrigin { Now = time.GetUtcNow, Control = control }) { Gate = new TaskCompletionSource() };
        await using var edge = await EdgeServer.StartAsync(held, time);
        var all = await TogetherAsync(edge, held, "");
        for (var i = 0; i < all.Length; i++) Assert.Equal(isForAll ? "user=0" : $"user={i}", all[i].Body);
    }

    // Thousands ask for it every few seconds, and it is the same for all who do not say who they are.
    [Theory(Timeout = 60_000)]
    [InlineData("/live.m3u8", false, true)]
    [InlineData("/live.m3u8", true, false)]
    [InlineData("/live.mpd?a=1", false, true)]
    [InlineData("/a", false, false)]
    public async Task Get_PlaylistThatNamesNoLifetime_IsForAllWhoDoNotSayWhoTheyAre(string target, bool haveCookies, bool isForAll)
    {
        var held = new HeldOrigin(new PageOrigin { Now = time.GetUtcNow, Control = "no-cache" }) { Gate = new TaskCompletionSource() };
        await using var edge = await EdgeServer.StartAsync(held, time);
        await TogetherAsync(edge, held, "", target, haveCookies);
        Assert.Equal(isForAll ? 1 : 8, held.Asked);
        if (!isForAll) return;
        // It stays so, and who has a cookie is given nobody's.
        held.Gate = new TaskCompletionSource();
        await TogetherAsync(edge, held, "", target, haveCookies);
        Assert.Equal(2, held.Asked);
        Assert.Equal("user=9", Encoding.ASCII.GetString((await edge.GetAsync(target, ("Cookie", "user=9"))).Body));
    }

    // A client may accept what is stale, not ask for what was never anybody else's.
    [Theory]
    [InlineData("max-stale", false)]
    [InlineData("max-stale=600", false)]
    [InlineData("stale-if-error=600", true)]
    public async Task Get_StaleByTheClientsWord_IsNothingThatWasNeverFresh(string word, bool fails)
    {
        var origin = new PageOrigin { Now = time.GetUtcNow };
        await using var edge = await EdgeServer.StartAsync(origin, time);
        Assert.Equal("user=0", await BodyAsync(edge, ("Cookie", "user=0")));
        time.Advance(TimeSpan.FromSeconds(5));
        origin.Fails = fails;
        Assert.Equal(fails ? "failed" : "user=1", await BodyAsync(edge, ("Cookie", "user=1"), ("Cache-Control", word)));
    }

    // Who sets it for what has a lifetime does not mean every page that says nothing.
    [Fact(Timeout = 60_000)]
    public async Task Get_RouteWithStaleWhileRevalidate_KeepsNothingForOthersThatWasNeverFresh()
    {
        var origin = new PageOrigin { Now = time.GetUtcNow };
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: new RoutePolicy { StaleWhileRevalidate = TimeSpan.FromMinutes(1) });
        Assert.Equal("user=0", await BodyAsync(edge, ("Cookie", "user=0")));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("user=1", await BodyAsync(edge, ("Cookie", "user=1")));
        // A client has all of an answer before the cache knows that this was all, and who comes between takes it for one that is under way.
        Assert.True(await Eventually.HoldsAsync(() => edge.Cache.GetStatistics().Flights == 0, TimeSpan.FromSeconds(60)));
        origin.Control = "max-age=1";
        Assert.Equal("user=2", await BodyAsync(edge, ("Cookie", "user=2")));
        Assert.True(await Eventually.HoldsAsync(() => edge.Cache.GetStatistics().Flights == 0, TimeSpan.FromSeconds(60)));
        time.Advance(TimeSpan.FromSeconds(5));
        // Brought before the answer began, the new page would be the answer.
        var answered = new TaskCompletionSource();
        origin.MayAnswer = answered.Task;
        Assert.Equal("user=2", await BodyAsync(edge, ("Cookie", "user=3")));
        answered.SetResult();
    }

    // HEAD of a page without validators was answered with the fields of whoever had asked for it before.
    [Fact]
    public async Task Head_OfAPageThatWasNeverFresh_HasNoFieldsOfAnother()
    {
        await using var edge = await EdgeServer.StartAsync(new PageOrigin { Now = time.GetUtcNow }, time);
        Assert.Equal("user=0", await BodyAsync(edge, ("Cookie", "user=0")));
        time.Advance(TimeSpan.FromSeconds(5));
        using var request = new HttpRequestMessage(HttpMethod.Head, "/a");
        using var head = await edge.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.False(head.Headers.Contains("X-Page"));
    }

    // The one who leads may have it, which says nothing of the others.
    [Fact(Timeout = 60_000)]
    public async Task Get_ConfirmedToOneWithAuthorization_IsNotConfirmedToThoseWhoWaited()
    {
        var origin = new PageOrigin { Now = time.GetUtcNow, Control = "max-age=60", Tag = "\"1\"", Allowed = "Bearer 0" };
        var held = new HeldOrigin(origin);
        await using var edge = await EdgeServer.StartAsync(held, time);
        Assert.Equal("user=first", await BodyAsync(edge, ("Cookie", "user=first")));
        time.Advance(TimeSpan.FromMinutes(2));
        held.Gate = new TaskCompletionSource();
        var all = await TogetherAsync(edge, held, "Bearer ");
        Assert.Equal(HttpStatusCode.OK, all[0].Status);
        Assert.All(all.Skip(1), answer => Assert.Equal(HttpStatusCode.Forbidden, answer.Status));
    }

    /// <summary>Answers to eight who wait for the first of them.</summary>
    private static async Task<(HttpStatusCode Status, string Body)[]> TogetherAsync(EdgeServer edge, HeldOrigin held, string scheme, string target = "/a", bool haveCookies = true)
    {
        var (before, begun) = (held.Asked, edge.Begun);
        var all = new List<Task<(HttpStatusCode, string)>> { AnswerAsync(0) };
        while (held.Asked == before) await Task.Yield();
        all.AddRange(Enumerable.Range(1, 7).Select(AnswerAsync));
        while (edge.Begun < begun + 8) await Task.Yield();
        // Answers that go past the origin: time for those who asked before to wait for it.
        for (var i = 0; i < 20; i++) await edge.GetAsync("/none", ("Cache-Control", "only-if-cached"));
        held.Gate!.SetResult();
        return await Task.WhenAll(all);

        async Task<(HttpStatusCode, string)> AnswerAsync(int user)
        {
            (string, string)[] authorization = scheme.Length == 0 ? [] : [("Authorization", scheme + user)];
            (string, string)[] cookie = haveCookies ? [("Cookie", $"user={user}")] : [];
            var (head, body) = await edge.GetAsync(target, [.. cookie, .. authorization]);
            return (head.StatusCode, Encoding.ASCII.GetString(body));
        }
    }

    private static async Task<string> BodyAsync(EdgeServer edge, params (string, string)[] fields) => Encoding.ASCII.GetString((await edge.GetAsync("/a", fields)).Body);

    /// <summary>A page for each cookie.</summary>
    private sealed class PageOrigin : IOrigin
    {
        public string? Control { get; set; }

        public string? Tag { get; init; }

        /// <summary>Whose Authorization alone is good; null for anybody's.</summary>
        public string? Allowed { get; init; }

        public bool Fails { get; set; }

        public Task MayAnswer { get; set; } = Task.CompletedTask;

        public required Func<DateTimeOffset> Now { get; init; }

        public string Name => "pages";

        public string Scope => "pages";

        public OriginTraits Traits => OriginTraits.None;

        public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            await MayAnswer;
            var isRefused = Allowed is not null && request.Headers.First("Authorization") is { } told && told != Allowed;
            var status = Fails ? 503 : isRefused ? 403 : Tag is not null && request.Held is not null ? 304 : 200;
            var body = Encoding.ASCII.GetBytes(status == 200 ? request.Headers.First("Cookie") ?? "nobody" : status == 503 ? "failed" : "");
            var headers = new HeaderList { { "Date", HttpDate.Format(Now()) } };
            if (request.Headers.First("Cookie") is { } cookie) headers.Add("X-Page", cookie);
            if (Control is not null) headers.Add("Cache-Control", Control);
            if (Tag is not null) headers.Add("ETag", Tag);
            return new OriginResponse { Status = status, Headers = headers, Body = new MemoryStream(body), BodyLength = body.Length, Version = new ObjectVersion(Tag, null, body.Length) };
        }
    }
}
