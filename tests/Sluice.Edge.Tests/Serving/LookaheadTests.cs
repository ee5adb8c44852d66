using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Routes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>What comes next is fetched ahead of a viewer who goes on, and of nobody else (row U063).</summary>
public sealed class LookaheadTests
{
    private static readonly RoutePolicy Two = new() { Prefetch = 2 };
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task Segments_AskedForInOrder_AreHereBeforeTheirTurn()
    {
        var origin = new SegmentOrigin(7);
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: Two);

        Assert.Equal(["MISS", "MISS"], [await GetAsync(edge, "/v/seg_001.ts"), await GetAsync(edge, "/v/seg_002.ts")]);
        await origin.AskedAsync("/v/seg_004.ts");
        await HereAsync(edge, "/v/seg_004.ts");
        for (var i = 3; i <= 7; i++)
        {
            await HereAsync(edge, $"/v/seg_00{i}.ts");
            Assert.Equal("HIT", await GetAsync(edge, $"/v/seg_00{i}.ts"));
        }

        await origin.AskedAsync("/v/seg_008.ts");
        Assert.All(Enumerable.Range(1, 7), i => Assert.Equal(1, origin.Times($"/v/seg_00{i}.ts")));
        Assert.Equal((5, 5), (edge.Counters.Prefetched, edge.Counters.PrefetchesUsed));
    }

    [Fact]
    public async Task Segments_TheOneAfterTheLast_IsAskedForAgainWhenItIsThere()
    {
        var origin = new SegmentOrigin(2);
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: Two);
        await GetAsync(edge, "/live/1.m4s");
        await GetAsync(edge, "/live/2.m4s");
        await origin.AskedAsync("/live/3.m4s");

        origin.Last = 3;

        Assert.Equal("MISS", await GetAsync(edge, "/live/3.m4s"));
        Assert.Equal(0, origin.Times("/live/5.m4s"));
    }

    // Else each node fetches the segment for itself once it is there.
    [Fact]
    public async Task OfASegment_ThatIsNotThereYet_OtherNodesKeepTheTurn()
    {
        var tier = new TurnTier();
        await using var edge = await EdgeServer.StartAsync(new SegmentOrigin(2), time, policy: Two);
        edge.Cache.Shared = tier;

        await GetAsync(edge, "/live/1.m4s");
        await GetAsync(edge, "/live/2.m4s");

        await EventuallyAsync(() => tier.Ends.Count == 3);
        Assert.Equal(["kept /live/1.m4s", "kept /live/2.m4s", "forgone /live/3.m4s"], tier.Ends.OrderBy(end => end[^5]));
    }

    [Theory]
    [InlineData(29, "MISS")]
    [InlineData(31, "HIT")]
    public async Task ASegment_ThatMayStillBeWritten_IsNotKeptUnasked(int seconds, string third)
    {
        var origin = new SegmentOrigin(3) { ChangedAt = time.GetUtcNow() - TimeSpan.FromSeconds(seconds) };
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: Two);
        await GetAsync(edge, "/live/1.m4s");
        await GetAsync(edge, "/live/2.m4s");
        await origin.AskedAsync("/live/3.m4s");
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal([third, "HIT"], [await GetAsync(edge, "/live/3.m4s"), await GetAsync(edge, "/live/3.m4s")]);
    }

    [Theory]
    [InlineData("/v/seg_004.ts", "/v/seg_002.ts", "/v/seg_003.ts")]
    [InlineData("/v/a.ts", "/v/b.ts", "/v/c.ts")]
    [InlineData("/v/1/a.ts", "/v/2/a.ts", "/v/3/a.ts")]
    [InlineData("/v/chunk-stream0-00001.m4s", "/v/chunk-stream1-00001.m4s", "/v/chunk-stream2-00001.m4s")]
    public async Task OutOfOrder_NothingIsFetchedAhead(string first, string second, string never)
    {
        var origin = new SegmentOrigin(9);
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: Two);

        await GetAsync(edge, first);
        await GetAsync(edge, second);

        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal((2, 0), (origin.Requests.Count, origin.Times(never)));
    }

    [Theory]
    [InlineData("/v/seg-1-v1-a1.ts", "/v/seg-2-v1-a1.ts", "/v/seg-3-v1-a1.ts", "/v/seg-4-v1-a1.ts")]
    [InlineData("/v/8.ts?s=1", "/v/9.ts?s=1", "/v/10.ts?s=1", "/v/11.ts?s=1")]
    [InlineData("/v/08.ts", "/v/09.ts", "/v/10.ts", "/v/11.ts")]
    public async Task Names_OfManyKinds_AreFollowed(string first, string second, string third, string fourth)
    {
        var origin = new SegmentOrigin(99);
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: Two);

        await GetAsync(edge, first);
        await GetAsync(edge, second);
        await GetAsync(edge, third);

        await origin.AskedAsync(fourth);
    }

    [Fact]
    public async Task Parts_AskedForInOrder_AreHereBeforeTheirTurn()
    {
        var origin = new MadeOrigin { Length = 40 << 20 };
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: Two);
        const int Part = 2 << 20;
        for (var i = 0; i < 2; i++) Assert.Equal("MISS", await PartAsync(i));
        await HeldAsync(4 * Part);

        for (var i = 2; i < 20; i++)
        {
            Assert.Equal("HIT", await PartAsync(i));
            await HeldAsync(Math.Min(i + 2, 20) * Part);
        }

        Assert.Equal(origin.Length, origin.Bytes);

        async Task<string> PartAsync(int i)
        {
            var (head, body) = await edge.GetAsync("/a.mp4", ("Range", $"bytes={i * Part}-{((i + 1) * Part) - 1}"));
            Assert.Equal(origin.Expected(i * Part, (i + 1) * Part), body);
            return Status(head);
        }

        async Task HeldAsync(long end)
        {
            await EventuallyAsync(() => Find(edge, "/a.mp4")?.Holds(0, end) == true);
        }
    }

    [Fact]
    public async Task WithoutPrefetch_NothingIsFetchedAhead()
    {
        var origin = new SegmentOrigin(9);
        await using var edge = await EdgeServer.StartAsync(origin, time);

        for (var i = 1; i < 4; i++) await GetAsync(edge, $"/v/{i}.ts");

        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(3, origin.Requests.Count);
    }

    [Fact]
    public async Task Segments_WhoseLengthShowsAtTheirEnd_AreHereBeforeTheirTurn()
    {
        var origin = new SegmentOrigin(3) { HidesLength = true };
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: Two);
        await GetAsync(edge, "/v/1.ts");
        var gate = origin.Hold();
        var second = GetAsync(edge, "/v/2.ts");
        await origin.AskedAsync("/v/3.ts");
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);

        gate.SetResult();

        await HereAsync(edge, "/v/3.ts");
        await second;

        Assert.Equal(("HIT", 1), (await GetAsync(edge, "/v/3.ts"), origin.Times("/v/3.ts")));
    }

    [Fact]
    public async Task ALargeFile_WhoseLengthShowsAtItsEnd_IsLetGoOfAtTheBound()
    {
        var origin = new MadeOrigin { Length = 48 << 20, HidesLength = true };
        await using var edge = await EdgeServer.StartAsync(origin, time, new ObjectCacheOptions { MemoryBytes = 256 << 20 }, Two);

        await edge.GetAsync("/film1.mp4");
        await edge.GetAsync("/film2.mp4");

        await EventuallyAsync(() => origin.Bytes >= (96 + 32) << 20);
        await EventuallyAsync(() => Find(edge, "/film3.mp4") is null);
        Assert.InRange(origin.Bytes, (96 + 32) << 20, (96 + 40) << 20);
    }

    [Fact]
    public async Task ALargeFile_IsNotFetchedAhead()
    {
        var origin = new MadeOrigin { Length = 100 << 20 };
        await using var edge = await EdgeServer.StartAsync(origin, time, new ObjectCacheOptions { MemoryBytes = 256 << 20 }, Two);

        await edge.GetAsync("/film1.mp4", ("Range", "bytes=0-9"));
        await edge.GetAsync("/film2.mp4", ("Range", "bytes=0-"));

        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.InRange(origin.Bytes, 100 << 20, 120 << 20);
    }

    [Fact]
    public async Task ACallerWhoNamesItself_IsNotLookedAheadFor()
    {
        var origin = new SegmentOrigin(9);
        await using var edge = await EdgeServer.StartAsync(origin, time, policy: Two);

        for (var i = 1; i < 4; i++) await edge.GetAsync($"/v/{i}.ts", ("Authorization", "Basic eDp5"));

        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(3, origin.Requests.Count);
    }

    private static async Task<string> GetAsync(EdgeServer edge, string path) => Status((await edge.GetAsync(path)).Head);

    private static string Status(HttpResponseMessage answer) => answer.Headers.GetValues("X-Cache-Status").Single();

    private static CachedObject? Find(EdgeServer edge, string target) => edge.Cache.Scope("made").FindStored(target) is [var found, ..] ? found : null;

    private static Task HereAsync(EdgeServer edge, string target) => EventuallyAsync(() => Find(edge, target) is { Metadata.Length: { } length } found && found.Holds(0, length));

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 4000, "It did not come about.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Segments up to a number, and nothing beyond.</summary>
    private sealed class SegmentOrigin(int last) : IOrigin
    {
        private readonly MadeOrigin made = new() { Length = 100_000 };

        public string Name => "made";

        public string Scope => "made";

        public OriginTraits Traits => made.Traits;

        public int Last { get; set; } = last;

        public bool HidesLength { init => made.HidesLength = value; }

        /// <summary>Bodies wait in the middle from now on.</summary>
        public TaskCompletionSource Hold() => made.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public DateTimeOffset ChangedAt
        {
            init => made.Extra.Set("Last-Modified", value.ToString("r", CultureInfo.InvariantCulture));
        }

        public ConcurrentQueue<string> Requests { get; } = new();

        public int Times(string target) => Requests.Count(asked => asked == target);

        public Task AskedAsync(string target) => EventuallyAsync(() => Times(target) > 0);

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            Requests.Enqueue(request.Path + request.Query);
            var isHere = NumberedName.ReadAll(request.Path).All(name => name.Number <= Last);
            if (isHere) return made.FetchAsync(request, cancellation);
            return new(new OriginResponse { Status = 404, Headers = new(), Version = new ObjectVersion(null, null, 0), BodyLength = 0, Body = new MemoryStream() });
        }
    }

    /// <summary>Gives every turn, and notes how each ends.</summary>
    private sealed class TurnTier : ISharedTier
    {
        public ConcurrentQueue<string> Ends { get; } = new();

        public ValueTask<SharedTurn> TakeTurnAsync(CacheScope scope, string target, bool mayLead, CancellationToken cancellation) => new(new Turn(this, target));

        private sealed class Turn(TurnTier tier, string target) : SharedTurn
        {
            private int ends;

            public override void Keep(CachedObject brought) => End("kept");

            public override void Forgo() => End("forgone");

            protected override void Dispose(bool disposing)
            {
                End("left");
                base.Dispose(disposing);
            }

            private void End(string how)
            {
                if (Interlocked.Increment(ref ends) == 1) tier.Ends.Enqueue($"{how} {target}");
            }
        }
    }
}
