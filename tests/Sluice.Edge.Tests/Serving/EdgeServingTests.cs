using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Core.Disk;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Tags;
using Sluice.Edge.Serving;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

public sealed class EdgeServingTests : IDisposable
{
    private readonly ManualTimeProvider time = new();
    private readonly MadeOrigin origin = new();
    private readonly string directory = Directory.CreateTempSubdirectory("sluice-edge-").FullName;

    public void Dispose() => Directory.Delete(directory, true);

    [Fact]
    public async Task Get_Twice_MissThenHitWithoutTheOrigin()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        var (first, body) = await edge.GetAsync("/clip.mp4");
        var (second, again) = await edge.GetAsync("/clip.mp4");
        Assert.Equal("MISS", first.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal("HIT", second.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(origin.Expected(0, 100), body);
        Assert.Equal(body, again);
        Assert.Single(origin.Requests);
    }

    [Theory]
    [InlineData(64 << 20, false)]
    [InlineData(64 << 20, true)]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1 << 20, false)]
    public async Task Get_LargeBody_ArrivesWholeInEveryTierSetting(int memory, bool disk)
    {
        origin.Length = (5 << 20) + 77;
        await using var edge = await EdgeServer.StartAsync(origin, time, Options(memory, disk));
        for (var i = 0; i < 3; i++)
        {
            var (_, body) = await edge.GetAsync("/a.mp4");
            Assert.True(body.AsSpan().SequenceEqual(origin.Expected(0, origin.Length)));
        }

        if (disk || memory > 5 << 20) Assert.Equal(origin.Length, origin.Bytes);
    }

    [Fact]
    public async Task Get_SmallRangeOfColdLargeObject_FetchesOnlyItsChunks()
    {
        origin.Length = 1L << 31;
        await using var edge = await EdgeServer.StartAsync(origin, time, Options(64 << 20, true));
        var (head, body) = await edge.GetAsync("/big.mp4", ("Range", "bytes=1000000000-1000065535"));
        Assert.Equal(HttpStatusCode.PartialContent, head.StatusCode);
        Assert.Equal(origin.Expected(1000000000, 1000065536), body);
        Assert.InRange(origin.Bytes, 65536, 2 << 20);
        var (second, _) = await edge.GetAsync("/big.mp4", ("Range", "bytes=1000000000-1000065535"));
        Assert.Equal("HIT", second.Headers.GetValues("X-Cache-Status").Single());
    }

    [Fact]
    public async Task Get_GapsBetweenHeldRanges_AreFilledOfTheSameVersion()
    {
        origin.Length = 3 << 20;
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a.mp4", ("Range", "bytes=1048576-1048577"));
        await edge.GetAsync("/a.mp4", ("Range", "bytes=2097152-2097153"));
        var (_, body) = await edge.GetAsync("/a.mp4");
        Assert.True(body.AsSpan().SequenceEqual(origin.Expected(0, origin.Length)));
        Assert.Equal(origin.Length, origin.Bytes);
        Assert.All(origin.Requests.Skip(1), request => Assert.Equal("\"1\"", request.Require!.ETag));
    }

    [Fact]
    public async Task Get_ManyAtOnce_EachByteIsFetchedOnce()
    {
        origin.Length = 4 << 20;
        origin.Gate = new TaskCompletionSource();
        await using var edge = await EdgeServer.StartAsync(origin, time, Options(64 << 20, true));
        var all = Enumerable.Range(0, 40).Select(_ => edge.GetAsync("/a.mp4")).ToList();
        while (edge.Counters.Requests(Sluice.Edge.Serving.Outcome.Coalesced) < 39) await Task.Yield();
        origin.Gate.SetResult();
        foreach (var (_, body) in await Task.WhenAll(all)) Assert.True(body.AsSpan().SequenceEqual(origin.Expected(0, origin.Length)));
        Assert.Equal(origin.Length, origin.Bytes);
        Assert.Single(origin.Requests);
    }

    [Theory]
    [InlineData("max-age=60", Outcome.Miss)]
    [InlineData("no-store", Outcome.Miss)] // past the cache, to one client
    public async Task Get_BodyWhoseLengthNoHeadTells_IsCountedAsSent(string policy, Outcome outcome)
    {
        var chunked = new MadeOrigin(OriginTraits.None) { Length = 300_000, HidesLength = true };
        chunked.Extra.Add("Cache-Control", policy);
        await using var edge = await EdgeServer.StartAsync(chunked, time);
        var (_, body) = await edge.GetAsync("/a.mp4");
        Assert.Equal(300_000, body.Length);
        // The last piece is counted when it has gone, which the client may notice first.
        Assert.True(await Eventually.HoldsAsync(() => edge.Counters.Bytes(outcome) == 300_000, TimeSpan.FromSeconds(60)));
        Assert.Equal(1, edge.Counters.Requests(outcome));
    }

    [Fact]
    public async Task Get_ObjectChangedBetweenRanges_NeverMixesVersions()
    {
        origin.Length = 3 << 20;
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a.mp4", ("Range", "bytes=0-9"));
        origin.Version = "2";
        var (head, body) = await edge.GetAsync("/a.mp4", ("Range", "bytes=2097152-2097162"));
        Assert.Equal("\"2\"", head.Headers.ETag!.Tag);
        Assert.Equal(origin.Expected(2097152, 2097163), body);
    }

    [Fact]
    public async Task Get_FileThatChangedBeforeAByteWasSent_IsReadAgain()
    {
        await using var edge = await EdgeServer.StartAsync(new TornOrigin(origin), time);
        var (head, body) = await edge.GetAsync("/a.mp4");
        Assert.Equal((HttpStatusCode.OK, 2), (head.StatusCode, origin.Requests.Count));
        Assert.Equal(origin.Expected(0, 100), body);
    }

    /// <summary>Its first answer is of a file that changes before it is read.</summary>
    private sealed class TornOrigin(MadeOrigin inner) : IOrigin
    {
        private int asked;

        public string Name => inner.Name;

        public string Scope => inner.Scope;

        public OriginTraits Traits => inner.Traits;

        public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
        {
            var answer = await inner.FetchAsync(request, cancellation);
            return Interlocked.Increment(ref asked) > 1 ? answer : new OriginResponse { Status = answer.Status, Headers = answer.Headers, Version = answer.Version, BodyLength = answer.BodyLength, Body = new TornBody() };
        }
    }

    private sealed class TornBody : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new OriginException(OriginFailure.Changed, "made: changed");
    }

    [Fact]
    public async Task Get_AfterRestart_IsAHitFromDisk()
    {
        origin.Length = 600_000;
        await using (var edge = await EdgeServer.StartAsync(origin, time, Options(8 << 20, true)))
        {
            await edge.GetAsync("/a.mp4");
            // The answer is there before its bytes are on disk, and a stop does not wait for them.
            var stored = edge.Cache.Scope("made").Find("/a.mp4")!.Objects[0];
            Assert.True(await Eventually.HoldsAsync(() => stored.DiskBytes >= origin.Length, TimeSpan.FromSeconds(60)));
        }

        await using var restarted = await EdgeServer.StartAsync(origin, time, Options(8 << 20, true));
        var (head, body) = await restarted.GetAsync("/a.mp4");
        Assert.Equal("HIT", head.Headers.GetValues("X-Cache-Status").Single());
        Assert.True(body.AsSpan().SequenceEqual(origin.Expected(0, origin.Length)));
        Assert.Single(origin.Requests);
    }

    [Theory]
    [InlineData(-1, "HIT")]
    [InlineData(59, "UPDATING")]
    [InlineData(61, "REVALIDATED")]
    public async Task Get_SecondsAfterItsLifetime_IsAnsweredAtOnceForAMinute(int seconds, string status)
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(seconds));
        Assert.Equal(status, (await edge.GetAsync("/a")).Head.Headers.GetValues("X-Cache-Status").Single());
    }

    [Theory]
    [InlineData("/%zz", 1, 400)]
    [InlineData("/%00", 1, 400)]
    [InlineData("/../a", 1, 400)]
    [InlineData("/a", 8192, 414)]
    public async Task Get_TargetThatIsNone_IsRefused(string target, int times, int status)
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        using var client = new TcpClient();
        await client.ConnectAsync(edge.Client.BaseAddress!.Host, edge.Client.BaseAddress.Port);
        var text = string.Concat(Enumerable.Repeat(target, times));
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {text} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        var head = new byte[12];
        await client.GetStream().ReadExactlyAsync(head);
        Assert.Equal($"HTTP/1.1 {status}", Encoding.ASCII.GetString(head));
        Assert.Empty(origin.Requests);
    }

    [Fact]
    public async Task Get_StaleAndOriginDown_IsServedStaleThenRefused()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a.mp4");
        time.Advance(TimeSpan.FromHours(25));
        origin.IsDown = true;
        var (stale, _) = await edge.GetAsync("/a.mp4");
        Assert.Equal("STALE", stale.Headers.GetValues("X-Cache-Status").Single());
        time.Advance(TimeSpan.FromHours(24));
        var (refused, _) = await edge.GetAsync("/a.mp4");
        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
    }

    [Fact]
    public async Task Get_ErrorAfterGood_NeverReplacesTheObject()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a.mp4");
        time.Advance(TimeSpan.FromDays(3));
        origin.Status = 500;
        var (error, _) = await edge.GetAsync("/a.mp4");
        Assert.Equal(HttpStatusCode.InternalServerError, error.StatusCode);
        origin.Status = 200;
        var (back, _) = await edge.GetAsync("/a.mp4");
        Assert.Equal("REVALIDATED", back.Headers.GetValues("X-Cache-Status").Single());
    }

    [Fact]
    public async Task Purge_DuringFlight_KeepsItsResultOut()
    {
        origin.Length = 1 << 20;
        origin.Gate = new TaskCompletionSource();
        await using var edge = await EdgeServer.StartAsync(origin, time, Options(64 << 20, true));
        var under = edge.GetAsync("/a.mp4");
        while (origin.Bytes < 65536) await Task.Yield();
        var receipt = await edge.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a.mp4"));
        origin.Gate.SetResult();
        Assert.True((await under).Body.AsSpan().SequenceEqual(origin.Expected(0, origin.Length)));
        Assert.Equal(1, receipt.Flights);
        var (next, _) = await edge.GetAsync("/a.mp4");
        Assert.Equal("MISS", next.Headers.GetValues("X-Cache-Status").Single());
    }

    [Fact]
    public async Task Get_NotFound_IsKeptForAMinute()
    {
        origin.Status = 404;
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/none.mp4");
        await edge.GetAsync("/none.mp4");
        Assert.Single(origin.Requests);
        time.Advance(TimeSpan.FromSeconds(61));
        await edge.GetAsync("/none.mp4");
        Assert.Equal(2, origin.Requests.Count);
    }

    [Fact]
    public async Task Head_Twice_SharesTheEntryWithGet()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        using var request = new HttpRequestMessage(HttpMethod.Head, "/a.mp4");
        using var first = await edge.Client.SendAsync(request);
        using var secondRequest = new HttpRequestMessage(HttpMethod.Head, "/a.mp4");
        using var second = await edge.Client.SendAsync(secondRequest);
        Assert.Equal("MISS", first.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal("HIT", second.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(100, second.Content.Headers.ContentLength);
        var (_, body) = await edge.GetAsync("/a.mp4");
        Assert.Equal(origin.Expected(0, 100), body);
    }

    private ObjectCacheOptions Options(long memory, bool disk) =>
        new() { MemoryBytes = memory, Disk = disk ? new DiskTierOptions { Directory = directory, MinimumFreeBytes = 0 } : null };
}
