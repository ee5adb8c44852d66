using System.Net;
using Sluice.Core.Origins;
using Sluice.Core.Tags;
using Sluice.Edge.Fields;
using Sluice.Edge.Routes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>What an HTTP origin's fields make of an answer, where neither the public test suite nor the model of RFC 9111 looks.</summary>
public sealed class CachingTests
{
    private readonly ManualTimeProvider time = new();
    private readonly MadeOrigin origin = new(OriginTraits.None);

    [Theory]
    [InlineData("HIT", "CDN-Cache-Control: max-age=60")]
    [InlineData("HIT", "CDN-Cache-Control: max-age=60", "Cache-Control: no-store")]
    [InlineData("HIT", "CDN-Cache-Control: max-age=60", "Cache-Control: private, max-age=0", "Expires: 0")]
    [InlineData("HIT", "CDN-Cache-Control: max-age=99999999999, foobar")]
    [InlineData("MISS", "CDN-Cache-Control: no-store", "Cache-Control: max-age=60")]
    [InlineData("MISS", "CDN-Cache-Control: private", "Cache-Control: max-age=60")]
    [InlineData("REVALIDATED", "CDN-Cache-Control: no-cache", "Cache-Control: max-age=60")]
    [InlineData("REVALIDATED", "CDN-Cache-Control: max-age=0", "Expires: Thu, 18 Aug 2050 02:01:18 GMT")]
    [InlineData("REVALIDATED", "CDN-Cache-Control: max-age=60", "Age: 61")]
    [InlineData("MISS", "CDN-Cache-Control: max-age=60, &&&", "Cache-Control: no-store")]
    [InlineData("MISS", "CDN-Cache-Control: max-age=\"60\"", "Cache-Control: no-store")]
    [InlineData("MISS", "CDN-Cache-Control: max-age = 60", "Cache-Control: no-store")]
    [InlineData("MISS", "CDN-Cache-Control: MAX-AGE=60", "Cache-Control: no-store")]
    [InlineData("HIT", "Sluice-CDN-Cache-Control: max-age=60", "CDN-Cache-Control: no-store", "Cache-Control: no-store")]
    [InlineData("MISS", "Sluice-CDN-Cache-Control: no-store", "CDN-Cache-Control: max-age=60")]
    [InlineData("HIT", "Sluice-CDN-Cache-Control: =", "CDN-Cache-Control: max-age=60", "Cache-Control: no-store")]
    public async Task Get_TargetedField_SpeaksInsteadOfCacheControlAndExpires(string second, params string[] fields)
    {
        foreach (var field in fields) origin.Extra.Add(field[..field.IndexOf(':')], field[(field.IndexOf(':') + 2)..]);
        await using var edge = await EdgeServer.StartAsync(origin, time);
        var (first, _) = await edge.GetAsync("/a");
        Assert.Equal(second, await StatusAsync(edge));
        // It is passed on, for a CDN in front of this cache.
        foreach (var name in fields.Select(field => field[..field.IndexOf(':')]).Where(name => name.Contains("CDN", StringComparison.Ordinal))) Assert.True(first.Headers.Contains(name));
    }

    [Fact]
    public async Task Explain_WithinASecondOfTheEnd_SaysThatTheLifetimeEnded()
    {
        origin.Extra.Add("Cache-Control", "max-age=60, must-revalidate");
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromSeconds(60.5));
        var next = edge.Explainer.Explain("/a");
        Assert.Equal(("revalidated", "Its lifetime ended 0 s ago: the origin is asked whether it still holds."), (next.Next, next.Why));
    }

    [Theory]
    [InlineData("max-age=60", false, "MISS", false)]
    [InlineData("max-age=60", true, "HIT", true)]
    [InlineData("max-age=60, public", false, "HIT", true)]
    [InlineData("s-maxage=60", false, "HIT", true)]
    [InlineData("max-age=60, private=\"set-cookie\"", false, "HIT", false)]
    [InlineData("max-age=60, no-cache=\"Set-Cookie\"", false, "HIT", false)]
    public async Task Get_SetCookie_IsStoredOnlyWhereItIsForAll(string control, bool option, string second, bool hasCookie)
    {
        origin.Extra.Add("Cache-Control", control);
        origin.Extra.Add("Set-Cookie", "a=b");
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: new RoutePolicy { StoreSetCookie = option });
        var (first, _) = await edge.GetAsync("/a");
        Assert.True(first.Headers.Contains("Set-Cookie"));
        origin.Extra.Remove("Set-Cookie");
        var (next, _) = await edge.GetAsync("/a");
        Assert.Equal(second, next.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(hasCookie, next.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Confirmed_WithACookie_DoesNotHandItToOthers()
    {
        origin.Extra.Add("Cache-Control", "max-age=60");
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromSeconds(61));
        origin.Extra.Add("Set-Cookie", "a=b");
        Assert.Equal("REVALIDATED", await StatusAsync(edge));
        var (next, _) = await edge.GetAsync("/a");
        Assert.Equal("HIT", next.Headers.GetValues("X-Cache-Status").Single());
        Assert.False(next.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("/a?b=1", "max-age=60", "HIT")]
    [InlineData("?b=1", "max-age=60", "HIT")]
    [InlineData("/a", "max-age=60", "MISS")]
    [InlineData("http://elsewhere/a?b=1", "max-age=60", "MISS")]
    [InlineData("/a?b=1", "private, max-age=60", "MISS")]
    [InlineData("/a?b=1", "max-age=0", "MISS")]
    public async Task Post_AnswerThatIsItsOwnUrls_ServesLaterGets(string location, string control, string get)
    {
        origin.Extra.Add("Content-Location", location);
        origin.Extra.Add("Cache-Control", control);
        await using var edge = await EdgeServer.StartAsync(origin, time);
        using var content = new StringContent("x");
        using var answer = await edge.Client.PostAsync(new Uri("/a?b=1", UriKind.Relative), content);
        Assert.Equal(origin.Expected(0, 100), await answer.Content.ReadAsByteArrayAsync());
        var (next, body) = await edge.GetAsync("/a?b=1");
        Assert.Equal(get, next.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(origin.Expected(0, 100), body);
    }

    [Fact]
    public async Task Post_AfterAStoredAnswer_PutsItsOwnInItsPlace()
    {
        origin.Extra.Add("Content-Location", "/a");
        origin.Extra.Add("Cache-Control", "max-age=60");
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a");
        origin.Version = "2";
        using var content = new StringContent("x");
        using var answer = await edge.Client.PostAsync(new Uri("/a", UriKind.Relative), content);
        var (next, body) = await edge.GetAsync("/a");
        Assert.Equal(("HIT", "\"2\""), (next.Headers.GetValues("X-Cache-Status").Single(), next.Headers.ETag!.Tag));
        Assert.Equal(origin.Expected(0, 100), body);
        Assert.Equal(2, origin.Requests.Count);
    }

    [Theory]
    [InlineData("fr;q=0.5, de", "HIT")]
    [InlineData("DE, en;q=0.9", "HIT")]
    [InlineData("en, de", "HIT")]
    [InlineData("de,en", "HIT")]
    [InlineData("de, fr", "MISS")]
    [InlineData("fr, de;q=0.9", "MISS")]
    public async Task Get_StoredLanguage_AnswersWhoWantsItMost(string field, string second)
    {
        origin.Extra.Add("Cache-Control", "max-age=60");
        origin.Extra.Add("Vary", "Accept-Language");
        origin.Extra.Add("Content-Language", "de");
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a", ("Accept-Language", "en, de"));
        var (next, _) = await edge.GetAsync("/a", ("Accept-Language", field));
        Assert.Equal(second, next.Headers.GetValues("X-Cache-Status").Single());
    }

    [Fact(Timeout = 60_000)]
    public async Task Get_ManyVariantsAtOnce_DoNotWaitForEachOther()
    {
        var held = new HeldOrigin(origin);
        origin.Extra.Add("Cache-Control", "max-age=60");
        origin.Extra.Add("Vary", "Foo");
        await using var edge = await EdgeServer.StartAsync(held, time);
        await edge.GetAsync("/a");
        held.Gate = new TaskCompletionSource();
        var all = Enumerable.Range(0, 20).Select(i => edge.GetAsync("/a", ("Foo", i.ToString(System.Globalization.CultureInfo.InvariantCulture)))).ToList();
        while (held.Asked < 21) await Task.Yield();
        held.Gate.SetResult();
        foreach (var (_, body) in await Task.WhenAll(all)) Assert.Equal(origin.Expected(0, 100), body);
        Assert.Equal(21, held.Asked);
    }

    [Fact(Timeout = 60_000)]
    public async Task Client_WhoLeavesBeforeTheAnswerBegins_EndsTheFetch_OnceNobodyElseWaits()
    {
        var held = new HeldOrigin(origin) { Gate = new TaskCompletionSource() };
        await using var edge = await EdgeServer.StartAsync(held, time);
        using CancellationTokenSource first = new(), second = new();
        var asking = new[] { first, second }.Select(gone => edge.Client.GetAsync("/a", gone.Token)).ToList();
        while (held.Asked < 1) await Task.Yield();
        foreach (var gone in (CancellationTokenSource[])[first, second])
        {
            Assert.False(held.GivenUp.Task.IsCompleted);
            await gone.CancelAsync();
        }

        foreach (var asked in asking) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await held.GivenUp.Task;
    }

    [Fact]
    public async Task CacheStatus_OfWhatWentForward_SaysWhy()
    {
        origin.Extra.Add("Cache-Control", "max-age=60");
        origin.Extra.Add("Vary", "Foo");
        await using var edge = await EdgeServer.StartAsync(origin, time);
        Assert.Equal("Sluice; fwd=uri-miss; stored; key=\"/a\"", await DescriptionAsync(edge, ("Foo", "1")));
        Assert.Equal("Sluice; fwd=vary-miss; stored; key=\"/a\"", await DescriptionAsync(edge, ("Foo", "2")));
        Assert.Equal("Sluice; hit; ttl=60; key=\"/a\"", await DescriptionAsync(edge, ("Foo", "1")));
        Assert.Equal("Sluice; fwd=request; stored; key=\"/a\"", await DescriptionAsync(edge, ("Foo", "1"), ("Cache-Control", "no-cache")));
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("Sluice; fwd=stale; stored; key=\"/a\"", await DescriptionAsync(edge, ("Foo", "1")));
    }

    [Fact]
    public async Task Get_FolderOrBucketWithVary_IsOneAnswerForAll()
    {
        var folder = new MadeOrigin();
        folder.Extra.Add("Vary", "Origin");
        await using var edge = await EdgeServer.StartAsync(folder, time);
        await edge.GetAsync("/a", ("Origin", "https://a.example"));
        var (next, _) = await edge.GetAsync("/a", ("Origin", "https://b.example"));
        Assert.Equal("HIT", next.Headers.GetValues("X-Cache-Status").Single());
    }

    [Theory]
    [InlineData(200, "HIT")]
    [InlineData(404, "HIT")]
    [InlineData(302, "MISS")]
    [InlineData(500, "MISS")]
    public async Task Get_DefaultLifetime_IsForWhatMayBeStoredWithoutOne(int status, string second)
    {
        origin.Status = status;
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: new RoutePolicy { DefaultLifetime = TimeSpan.FromMinutes(1) });
        await edge.GetAsync("/a");
        Assert.Equal(second, await StatusAsync(edge));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(100_000)]
    public async Task Get_DefaultLifetime_HoldsHoweverOldTheAnswerIs(int minutesOld)
    {
        origin.Extra.Add("Last-Modified", HttpDate.Format(time.GetUtcNow() - TimeSpan.FromMinutes(minutesOld)));
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: new RoutePolicy { DefaultLifetime = TimeSpan.FromHours(1) });
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("HIT", await StatusAsync(edge));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.NotEqual("HIT", await StatusAsync(edge));
    }

    // A segment that is asked for too early is not to be missing for as long as others are kept.
    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task Get_DefaultLifetime_OfAnErrorIsThatOfErrors(int status)
    {
        origin.Status = status;
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: new RoutePolicy { DefaultLifetime = TimeSpan.FromHours(1) });
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("HIT", await StatusAsync(edge));
        origin.Status = 200;
        time.Advance(TimeSpan.FromSeconds(2));
        var (head, _) = await edge.GetAsync("/a");
        Assert.Equal(200, (int)head.StatusCode);
    }

    [Theory]
    [InlineData("Surrogate-Key", "one two")]
    [InlineData("Cache-Tag", "one, two")]
    public async Task Purge_TagOfTheOrigins_TakesTheObject(string name, string value)
    {
        origin.Extra.Add("Cache-Control", "max-age=60");
        origin.Extra.Add(name, value);
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a");
        await edge.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Tag, "three"));
        Assert.Equal("HIT", await StatusAsync(edge));
        await edge.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Tag, "two"));
        Assert.Equal("MISS", await StatusAsync(edge));
    }

    [Theory]
    [InlineData(0, HttpStatusCode.NotModified)]
    [InlineData(5, HttpStatusCode.NotModified)]
    [InlineData(-1, HttpStatusCode.OK)]
    public async Task IfModifiedSince_NoLastModifiedStored_IsComparedWithDate(int seconds, HttpStatusCode expected)
    {
        origin.Extra.Add("Cache-Control", "max-age=60");
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a");
        var (answer, _) = await edge.GetAsync("/a", ("If-Modified-Since", time.GetUtcNow().AddSeconds(seconds).ToString("r", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(expected, answer.StatusCode);
        Assert.Single(origin.Requests);
    }

    [Fact]
    public async Task Get_ConnectionClosedAfterMustRevalidate_IsAnErrorOfTheCachesOwn()
    {
        origin.Extra.Add("Cache-Control", "max-age=2, must-revalidate");
        origin.Extra.Add("X-Origin", "1");
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromSeconds(3));
        origin.IsDown = true;
        var (refused, _) = await edge.GetAsync("/a");
        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
        Assert.False(refused.Headers.Contains("X-Origin"));
        Assert.Equal("no-store", refused.Headers.CacheControl!.ToString());
    }

    private static async Task<string> StatusAsync(EdgeServer edge) => (await edge.GetAsync("/a")).Head.Headers.GetValues("X-Cache-Status").Single();

    private static async Task<string> DescriptionAsync(EdgeServer edge, params (string Name, string Value)[] headers) =>
        (await edge.GetAsync("/a", headers)).Head.Headers.GetValues("Cache-Status").Single();
}
