using System.Net;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Tags;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;
using Sluice.Edge.Tests.Serving;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Variants;

public class VariantServingTests
{
    private readonly ManualTimeProvider time = new();
    private readonly MadeOrigin origin = new();
    private MadeTransform transform = new();

    [Fact]
    public async Task Variant_HoweverItIsWritten_IsOneObject()
    {
        await using var edge = await StartAsync();
        var (first, body) = await edge.GetAsync("/a.mp4?make=x");
        Assert.Equal(("MISS", (byte)'x', 5), (Status(first), body[0], body.Length));
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4?make=x")).Head));
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4?b=1&make=x")).Head));
        Assert.Equal("MISS", Status((await edge.GetAsync("/a.mp4?make=y")).Head));
        Assert.Equal(2, transform.Runs);
    }

    [Fact]
    public async Task Choice_ThatIsAlwaysMade_IsMadeWithoutAQuery()
    {
        transform = new() { ChoosesAlways = true, Vary = ["Sec-CH-Viewport-Width"] };
        await using var edge = await StartAsync();
        await edge.GetAsync("/a.mp4");
        Assert.Equal((byte)'4', (await edge.GetAsync("/a.mp4", ("Sec-CH-Viewport-Width", "400"))).Body[0]);
        Assert.Equal((byte)'8', (await edge.GetAsync("/a.mp4", ("Sec-CH-Viewport-Width", "800"))).Body[0]);
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4", ("Sec-CH-Viewport-Width", "400"))).Head));
        Assert.Equal(100, (await edge.GetAsync("/a.mp4")).Body.Length);
    }

    // What a page may not see has status 0 to it.
    [Theory]
    [InlineData("GET", 504)]
    [InlineData("POST", 405)]
    public async Task Refused_ByTheEdge_MayBeSeenByPagesOfOtherSites(string method, int status)
    {
        await using var edge = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/b.mp4") { Headers = { { "Cache-Control", "only-if-cached" } } };
        using var answer = await edge.Client.SendAsync(request);
        Assert.Equal((status, "*"), ((int)answer.StatusCode, answer.Headers.GetValues("Access-Control-Allow-Origin").Single()));
    }

    // A page asks so whether a film can be played, and sees nothing at all of an answer that it may not see.
    [Fact]
    public async Task Head_OfAVariantThatIsNotMadeYet_MayBeSeenByPagesOfOtherSites()
    {
        await using var edge = await StartAsync();
        using var answer = await edge.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/a.mp4?make=x"));
        Assert.Equal((HttpStatusCode.OK, "*"), (answer.StatusCode, answer.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        Assert.Contains("X-Cache-Status", answer.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
    }

    // Players give a segment up after ten seconds, and ask for it again: one whose making takes longer was begun anew each time.
    [Theory]
    [InlineData(6, 1)]
    [InlineData(1, 2)]
    public async Task Segment_ThatSomebodyHasLongWaitedFor_IsMadeToItsEnd_ThoughHeLeaves(int seconds, int runs)
    {
        transform = new() { Held = new(TaskCreationOptions.RunContinuationsAsynchronously), Next = "/a.mp4?make=nothing" };
        await using var edge = await StartAsync();
        using var leaving = new CancellationTokenSource();
        var waiting = edge.Client.GetAsync("/a.mp4?make=x", leaving.Token);
        Assert.True(await Eventually.HoldsAsync(() => transform.Runs == 1, TimeSpan.FromSeconds(20)));
        time.Advance(TimeSpan.FromSeconds(seconds));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True(await Eventually.HoldsAsync(() => edge.Counters.Requests(Outcome.Miss) == 1, TimeSpan.FromSeconds(20)));
        transform.Held.SetResult();
        Assert.Equal((byte)'x', (await edge.GetAsync("/a.mp4?make=x")).Body[0]);
        Assert.Equal(runs, transform.Runs);
    }

    [Fact]
    public async Task Query_ThatAsksForNoVariant_IsPartOfTheName()
    {
        await using var edge = await StartAsync();
        await edge.GetAsync("/a.mp4?other=1");
        Assert.Equal("?other=1", origin.Requests.Single().Query);
    }

    [Fact]
    public async Task Decision_ForTheOriginal_IsThePathWithoutItsQuery()
    {
        await using var edge = await StartAsync();
        Assert.Equal(100, (await edge.GetAsync("/a.mp4?make=original")).Body.Length);
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4")).Head));
        Assert.Equal(HttpStatusCode.BadRequest, (await edge.GetAsync("/a.mp4?make=nothing")).Head.StatusCode);
    }

    [Fact]
    public async Task Source_OfAVariant_IsReadOnce_AndOnlyAsFarAsItIsWanted()
    {
        origin.Length = 64 << 20;
        transform.Bytes = 1 << 20;
        await using var edge = await StartAsync();
        await edge.GetAsync("/a.mp4?make=x");
        await edge.GetAsync("/a.mp4?make=y");
        Assert.InRange(origin.Bytes, 1 << 20, 4 << 20);
        // Those bytes serve playback as well.
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4", ("Range", "bytes=0-99"))).Head));
    }

    [Theory]
    [InlineData(OriginTraits.None)]
    [InlineData(OriginTraits.PolicyFromRoute)]
    public async Task Source_OfAnOriginWithoutRanges_IsTakenWhole_Once(OriginTraits traits)
    {
        // More than is fetched ahead of a reader where there is no disk.
        var plain = new MadeOrigin(traits) { Length = 9 << 20 };
        plain.Extra.Add("Cache-Control", "max-age=100");
        transform.Bytes = 3 << 20;
        await using var edge = await StartAsync(plain);
        Assert.Equal((3 << 20) + 1, (await edge.GetAsync("/a.mp4?make=x")).Body.Length);
        Assert.Equal(9 << 20, plain.Bytes);
    }

    [Fact]
    public async Task Variant_OnceItsSourceIsSeenInAnotherVersion_IsMadeAnew()
    {
        await using var edge = await StartAsync();
        await edge.GetAsync("/a.mp4?make=x");
        origin.Version = "2";
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4?make=x")).Head));
        await edge.GetAsync("/a.mp4", ("Cache-Control", "no-cache"));
        var (fresh, body) = await edge.GetAsync("/a.mp4?make=x");
        Assert.Equal(("EXPIRED", MadeOrigin.At("2", 0)), (Status(fresh), body[1]));
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4?make=x")).Head));
        Assert.Equal(2, transform.Runs);
    }

    [Fact]
    public async Task Explain_IsWhatTheNextViewerGets()
    {
        await using var edge = await StartAsync();
        await edge.GetAsync("/a.mp4?make=x");
        Assert.Equal("hit", edge.Explainer.Explain("/a.mp4?make=x").Next);
        Assert.Equal("hit", edge.Explainer.Explain("/a.mp4?make=x&b=1").Next);
        origin.Version = "2";
        await edge.GetAsync("/a.mp4", ("Cache-Control", "no-cache"));
        Assert.Equal("revalidated", edge.Explainer.Explain("/a.mp4?make=x").Next);
        var refused = edge.Explainer.Explain("/a.mp4?make=nothing");
        Assert.Equal(("refused", "It is answered with 400 at once: no"), (refused.Next, refused.Why));
    }

    [Fact]
    public async Task Variant_WhoseSourceWentBackInAnotherVersion_IsMadeAnew()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-variants-");
        await using (var edge = await StartAsync(memory: 0, disk: folder.FullName))
        {
            await edge.Cache.FindAsync(PurgeKind.Url, "/none", TestContext.Current.CancellationToken);
            await edge.Cache.Disk!.Sweep;
            await edge.GetAsync("/a.mp4?make=x");
            Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4?make=x")).Head));
            origin.Version = "2";
            await edge.GetAsync("/a.mp4", ("Cache-Control", "no-cache"));
            var original = Assert.Single(await edge.Cache.FindAsync(PurgeKind.Url, "/a.mp4", TestContext.Current.CancellationToken));
            var variant = Assert.Single(await edge.Cache.FindAsync(PurgeKind.Url, "made:a.mp4:x", TestContext.Current.CancellationToken));
            Assert.True(variant.TryHold());
            while (!original.IsDetached)
            {
                await edge.Cache.Disk.FlushAsync();
                edge.Cache.GoBack(0);
            }

            // Twice: the source is in use again after the first.
            for (var i = 0; i < 2; i++)
            {
                var (fresh, body) = await edge.GetAsync("/a.mp4?make=x");
                Assert.Equal((i == 0 ? "EXPIRED" : "HIT", MadeOrigin.At("2", 0)), (Status(fresh), body[1]));
            }

            Assert.Equal(2, transform.Runs);
            variant.Release();
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Variant_PastItsLifetime_IsConfirmedByItsSource_AndNotMadeAgain()
    {
        await using var edge = await StartAsync();
        await edge.GetAsync("/a.mp4?make=x");
        time.Advance(TimeSpan.FromHours(25));
        Assert.Equal("REVALIDATED", Status((await edge.GetAsync("/a.mp4?make=x")).Head));
        Assert.Equal(1, transform.Runs);
    }

    // Row U051.
    [Theory]
    [InlineData("/a.mp4?make=x")]
    [InlineData("/a.mp4?b=1&make=x")]
    public async Task Variant_AskedForWithinItsLifetime_LivesOn_WhereARouteSaysSo(string again)
    {
        await using var edge = await StartAsync(renewal: Renewal.Default);
        await edge.GetAsync("/a.mp4?make=x");
        // Too early: less than a tenth is over.
        time.Advance(TimeSpan.FromHours(2));
        await edge.GetAsync(again);
        Assert.Equal(TimeSpan.FromHours(2), Stored().AgeAt(time.GetUtcNow()));
        // In time.
        time.Advance(TimeSpan.FromHours(21));
        Assert.Equal("HIT", Status((await edge.GetAsync(again)).Head));
        Assert.True(SpinWait.SpinUntil(() => Stored().AgeAt(time.GetUtcNow()) == TimeSpan.Zero, TimeSpan.FromSeconds(60)));
        time.Advance(TimeSpan.FromHours(23));
        Assert.Equal("HIT", Status((await edge.GetAsync(again)).Head));
        Assert.True(SpinWait.SpinUntil(() => Stored().AgeAt(time.GetUtcNow()) == TimeSpan.Zero, TimeSpan.FromSeconds(60)));
        // Too late: it is checked.
        time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(30));
        Assert.Equal("HIT", Status((await edge.GetAsync(again)).Head));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("REVALIDATED", Status((await edge.GetAsync(again)).Head));
        Assert.Equal(1, transform.Runs);

        Core.Freshness.ObjectFreshness Stored() => edge.Cache.Scope(transform.Scope).Find("made:a.mp4:x")!.Objects[0].Metadata.Freshness;
    }

    [Fact]
    public async Task Variant_AskedForOften_LivesOnOnceInASecond()
    {
        await using var edge = await StartAsync(renewal: new Renewal(0, TimeSpan.Zero));
        await edge.GetAsync("/a.mp4?make=x");
        time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4?make=x")).Head));
        await Task.Delay(TimeSpan.FromSeconds(0.2), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(TimeSpan.FromSeconds(0.9), Age());
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4?make=x")).Head));
        Assert.True(SpinWait.SpinUntil(() => Age() == TimeSpan.Zero, TimeSpan.FromSeconds(60)));

        TimeSpan Age() => edge.Cache.Scope(transform.Scope).Find("made:a.mp4:x")!.Objects[0].Metadata.Freshness.AgeAt(time.GetUtcNow());
    }

    [Fact]
    public async Task Variant_AskedForWhileItIsMade_LivesOnOnlyOnceItsLengthIsKnown()
    {
        transform.Stuck = new TaskCompletionSource();
        await using var edge = await StartAsync(renewal: new Renewal(0, TimeSpan.Zero));
        using (await edge.Client.GetAsync("/a.mp4?make=x", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            time.Advance(TimeSpan.FromSeconds(5));
            using var second = await edge.Client.GetAsync("/a.mp4?make=x", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, second.StatusCode);
            await Task.Delay(TimeSpan.FromSeconds(0.2), TimeProvider.System, TestContext.Current.CancellationToken);
            var metadata = edge.Cache.Scope(transform.Scope).Find("made:a.mp4:x")!.Objects[0].Metadata;
            Assert.Equal((null, TimeSpan.FromSeconds(5)), (metadata.Length, metadata.Freshness.AgeAt(time.GetUtcNow())));
        }

        transform.Stuck.SetResult();
    }

    [Fact]
    public async Task Variant_MadeByAnotherRecipe_IsMadeAnew()
    {
        await using var edge = await StartAsync();
        await edge.GetAsync("/a.mp4?make=x");
        transform.Recipe = "recipe01";
        // Written otherwise, so that it is looked at and not remembered.
        Assert.Equal("EXPIRED", Status((await edge.GetAsync("/a.mp4?c=1&make=x")).Head));
        Assert.Equal(2, transform.Runs);
    }

    [Theory]
    [InlineData(415, true)]
    [InlineData(500, true)]
    [InlineData(504, true)]
    [InlineData(501, false)]
    [InlineData(503, false)]
    public async Task Failure_GivesTheOriginalWhereThatHelps(int status, bool helps)
    {
        transform.Fault = status;
        await using var edge = await StartAsync();
        for (var i = 0; i < 2; i++)
        {
            var (answer, body) = await edge.GetAsync("/a.mp4?make=x", ("Range", "bytes=10-19"));
            Assert.Equal(helps, answer.Headers.Contains("X-Fallback-Applied"));
            Assert.Equal(helps ? HttpStatusCode.PartialContent : (HttpStatusCode)status, answer.StatusCode);
            if (!helps) continue;
            Assert.Equal(origin.Expected(10, 20), body);
            Assert.Equal("it broke", answer.Headers.GetValues("X-Fallback-Reason").Single());
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        }

        // The failure is kept, so that not every viewer has it tried again.
        Assert.Equal(1, transform.Runs);
    }

    // As behind servers that each have tags of their own.
    [Fact]
    public async Task Source_ThatKeepsChanging_IsSentAsItIs()
    {
        transform.IsChanging = true;
        await using var edge = await StartAsync();
        var (answer, body) = await edge.GetAsync("/a.mp4?make=x");
        Assert.Equal(("true", 100), (answer.Headers.GetValues("X-Fallback-Applied").Single(), body.Length));
        Assert.InRange(transform.Runs, 2, 10);
    }

    [Fact]
    public async Task Source_ThatMayNotBeKept_IsSentAsItIs()
    {
        var secret = new MadeOrigin(OriginTraits.None);
        secret.Extra.Add("Cache-Control", "private");
        await using var edge = await StartAsync(secret);
        var (answer, body) = await edge.GetAsync("/a.mp4?make=x");
        Assert.Equal((100, true), (body.Length, answer.Headers.Contains("X-Fallback-Applied")));
    }

    [Fact]
    public async Task Variant_ThatIsToBeMadeAnew_IsNotLookedUp_AndCountsAsBypass()
    {
        await using var edge = await StartAsync();
        await edge.GetAsync("/a.mp4?make=x");
        Assert.Equal("BYPASS", Status((await edge.GetAsync("/a.mp4?make=x&anew")).Head));
        Assert.Equal(2, transform.Runs);
        Assert.Equal("HIT", Status((await edge.GetAsync("/a.mp4?make=x")).Head));
    }

    [Fact]
    public async Task Variant_WhoseBytesAreNoLongerAllThere_IsMadeAnew_NotMixedOfTwoRuns()
    {
        origin.Length = 32 << 20;
        transform.Bytes = 3 << 20;
        // Room for one, and no disk.
        await using var edge = await StartAsync(origin, 4 << 20);
        await edge.GetAsync("/a.mp4?make=x");
        await edge.GetAsync("/a.mp4?make=y");
        var (_, body) = await edge.GetAsync("/a.mp4?make=x");
        Assert.Equal([(byte)'x', .. origin.Expected(0, 3 << 20)], body);
    }

    [Fact]
    public async Task Variant_WhoseMakingWasGivenUp_IsNotFoundWhileThatEnds()
    {
        transform.Stuck = new TaskCompletionSource();
        await using var edge = await StartAsync();
        using (var gone = await edge.Client.GetAsync("/a.mp4?make=x", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
            Assert.Equal(HttpStatusCode.OK, gone.StatusCode);
        await transform.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        var (again, body) = await edge.GetAsync("/a.mp4?make=x").WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, 5, 2), (again.StatusCode, body.Length, transform.Runs));
        transform.Stuck.SetResult();
    }

    [Theory]
    [InlineData(PurgeKind.Source, "/a.mp4", 3)]
    [InlineData(PurgeKind.Prefix, "/a", 3)]
    [InlineData(PurgeKind.Tag, "made-tag", 2)]
    [InlineData(PurgeKind.Url, "made:a.mp4:x", 1)]
    public async Task Purge_ReachesVariants(PurgeKind kind, string value, int count)
    {
        await using var edge = await StartAsync();
        await edge.GetAsync("/a.mp4?make=x");
        await edge.GetAsync("/a.mp4?make=y");
        Assert.Equal(count, (await edge.Cache.PurgeAsync(new PurgeRequest(kind, value), TestContext.Current.CancellationToken)).Objects);
    }

    // Where there are none, no index is searched for them, so that other queries of the path stay.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_ToTheSource_TakesItsVariants(bool isMade)
    {
        var plain = new MadeOrigin(OriginTraits.None);
        plain.Extra.Add("Cache-Control", "max-age=100");
        await using var edge = await StartAsync(plain);
        await edge.GetAsync("/a.mp4");
        await edge.GetAsync("/a.mp4?other=x");
        if (isMade) await edge.GetAsync("/a.mp4?make=x");
        using (var post = new HttpRequestMessage(HttpMethod.Post, "/a.mp4")) (await edge.Client.SendAsync(post, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        Assert.Equal("MISS", Status((await edge.GetAsync("/a.mp4")).Head));
        Assert.Equal(isMade ? "MISS" : "HIT", Status((await edge.GetAsync("/a.mp4?other=x")).Head));
        Assert.Equal("MISS", Status((await edge.GetAsync("/a.mp4?make=x")).Head));
    }

    [Fact]
    public async Task Variant_ChosenByFieldsOfTheRequest_SaysSo()
    {
        var chosen = new MadeTransform { Vary = ["Width", "DPR"] };
        await using var edge = await StartAsync(transform: chosen);
        for (var i = 0; i < 2; i++) Assert.Equal(["Width", "DPR"], (await edge.GetAsync("/a.mp4?make=x")).Head.Headers.Vary);
    }

    [Fact]
    public async Task Original_InPlaceOfAVariant_IsToldWhatThisRequestIsTold_AndIsFetchedAnewWhereThatIsAsked()
    {
        var chosen = new MadeTransform { Vary = ["Accept"] };
        await using var edge = await StartAsync(transform: chosen);
        for (var i = 0; i < 2; i++)
        {
            var (answer, _) = await edge.GetAsync("/a.mp4?make=original");
            Assert.Equal((i == 0 ? "MISS" : "HIT", "Accept", "1"), (Status(answer), answer.Headers.Vary.Single(), answer.Headers.GetValues("X-Told").Single()));
        }

        Assert.False((await edge.GetAsync("/a.mp4")).Head.Headers.Contains("X-Told"));
        for (var i = 0; i < 2; i++) Assert.Equal("BYPASS", Status((await edge.GetAsync("/a.mp4?make=original&anew=1")).Head));
        Assert.Equal(3, origin.Requests.Count);
    }

    [Fact]
    public async Task Request_ThatAsksToBeTold_IsDecided_ThoughItsVariantIsKnown()
    {
        await using var edge = await StartAsync();
        for (var i = 0; i < 2; i++) await edge.GetAsync("/a.mp4?make=x");
        var decided = transform.Decisions;
        await edge.GetAsync("/a.mp4?make=x");
        Assert.Equal(decided, transform.Decisions);
        await edge.GetAsync("/a.mp4?make=x", ("X-Ask", "1"));
        Assert.Equal(decided + 1, transform.Decisions);
    }

    private Task<EdgeServer> StartAsync(MadeOrigin? source = null, long memory = 64 << 20, MadeTransform? transform = null, Renewal? renewal = null, string? disk = null) =>
        EdgeServer.StartAsync(source ?? origin, time, new ObjectCacheOptions { MemoryBytes = memory, Disk = disk is null ? null : new() { Directory = disk, MinimumFreeBytes = 0 } }, configure: options =>
            options.Routes[0] = options.Routes[0] with { Transform = transform ?? this.transform, VariantPolicy = options.Routes[0].Policy with { Renewal = renewal } });

    private static string Status(HttpResponseMessage answer) => answer.Headers.GetValues("X-Cache-Status").Single();
}
