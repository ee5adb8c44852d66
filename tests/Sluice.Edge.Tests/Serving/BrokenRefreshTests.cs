using Sluice.Core.Tags;
using Sluice.Edge.Origins;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>An answer that breaks off is an error, and an error never takes the place of a good object.</summary>
public sealed class BrokenRefreshTests : IAsyncLifetime
{
    private const string Control = "max-age=1, stale-if-error=600";
    private readonly ManualTimeProvider time = new();
    private readonly FaultyOrigin origin = FaultyOrigin.Start();
    private HttpOrigin upstream = null!;
    private EdgeServer edge = null!;

    public async ValueTask InitializeAsync()
    {
        upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        edge = await EdgeServer.StartAsync(upstream, time);
        origin.On("/a", OriginReply.Text("good") with { CacheControl = Control, Headers = [new("Cache-Tag", "old")] });
        Assert.Equal("200 MISS good", await AskAsync());
        time.Advance(TimeSpan.FromSeconds(2));
    }

    public async ValueTask DisposeAsync()
    {
        await edge.DisposeAsync();
        upstream.Dispose();
        await origin.DisposeAsync();
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("W/\"2\"", false)]
    [InlineData(null, true)]
    [InlineData("\"2\"", false)]
    public async Task Get_NewBodyBreaksOffAtOnce_IsAnsweredWithTheOldObject(string? tag, bool isChunked)
    {
        origin.On("/a", Broken(tag) with { Chunked = isChunked, CutAfter = 0 });
        Assert.Equal("200 STALE good", await AskAsync());
        Assert.Equal(2, origin.CallsOf("/a").Count);
        await AssertKeptAsync();
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("W/\"2\"", false)]
    [InlineData(null, true)]
    [InlineData("\"2\"", false)]
    public async Task Get_NewBodyBreaksOffInTheMiddle_KeepsTheOldObject(string? tag, bool isChunked)
    {
        origin.On("/a", Broken(tag) with { Chunked = isChunked, CutAfter = 400_000, PieceLength = 100_000, PieceDelay = TimeSpan.FromMilliseconds(50) });
        await Assert.ThrowsAsync<HttpRequestException>(AskAsync);
        await AssertKeptAsync();
    }

    [Fact]
    public async Task Get_ClientLeavesWhileTheNewBodyArrives_KeepsTheOldObject()
    {
        await using var arriving = await ArriveAsync();
        await arriving.LeaveAsync();
        Assert.True(await Eventually.HoldsAsync(() => edge.Cache.GetStatistics().Flights == 0, TimeSpan.FromSeconds(60)));
        await AssertKeptAsync();
    }

    [Theory]
    [InlineData(PurgeKind.Url, "/a", false)]
    [InlineData(PurgeKind.Url, "/a", true)]
    [InlineData(PurgeKind.Tag, "old", false)]
    [InlineData(PurgeKind.Tag, "old", true)]
    [InlineData(PurgeKind.Prefix, "/", false)]
    public async Task Purge_WhileTheNewBodyArrives_KeepsTheOldObjectFromComingBack(PurgeKind kind, string value, bool isSoft)
    {
        await using var arriving = await ArriveAsync();
        await edge.Cache.PurgeAsync(new PurgeRequest(kind, value, Soft: isSoft), TestContext.Current.CancellationToken);
        await arriving.BreakAsync();
        origin.On("/a", OriginReply.Error(500));
        Assert.StartsWith("500 ", await AskAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_NewBodyIsWhole_LeavesNothingOfTheOldObject()
    {
        var before = edge.Cache.GetStatistics();
        origin.On("/a", Broken(null) with { CutAfter = 0 });
        Assert.Equal("200 STALE good", await AskAsync());
        origin.On("/a", OriginReply.Text("better"));
        Assert.Equal("200 EXPIRED better", await AskAsync());
        Assert.Equal("200 HIT better", await AskAsync());
        // The old object's bytes go with whoever holds them last, which the answers do not wait for.
        Assert.True(await Eventually.HoldsAsync(() => edge.Cache.GetStatistics() is var held && (held.Objects, held.MemoryChunks) == (before.Objects, before.MemoryChunks), TimeSpan.FromSeconds(60)));
    }

    private static OriginReply Broken(string? tag) => OriginReply.Object(2, 3_000_000) with { ETag = tag, LastModified = null, CacheControl = Control };

    private async Task AssertKeptAsync()
    {
        origin.On("/a", OriginReply.Error(500));
        Assert.Equal("200 STALE good", await AskAsync());
        origin.On("/a", OriginReply.Text("better"));
        Assert.Equal("200 EXPIRED better", await AskAsync());
    }

    private async Task<string> AskAsync()
    {
        var (head, body) = await edge.GetAsync("/a");
        return $"{(int)head.StatusCode} {(head.Headers.TryGetValues("X-Cache-Status", out var word) ? word.Single() : "")} {(body.Length < 100 ? System.Text.Encoding.UTF8.GetString(body) : "")}";
    }

    private async Task<Arriving> ArriveAsync()
    {
        var held = new TaskCompletionSource();
        origin.On("/a", Broken(null) with { HoldAfter = 300_000, Held = held.Task, CutAfter = 400_000 });
        var response = await edge.Client.GetAsync("/a", HttpCompletionOption.ResponseHeadersRead);
        var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[1000]);
        return new Arriving(response, body, held);
    }

    private sealed class Arriving(HttpResponseMessage response, Stream body, TaskCompletionSource held) : IAsyncDisposable
    {
        public Task LeaveAsync()
        {
            response.Dispose();
            return Task.CompletedTask;
        }

        public async Task BreakAsync()
        {
            held.SetResult();
            await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
        }

        public async ValueTask DisposeAsync()
        {
            held.TrySetResult();
            await body.DisposeAsync();
            response.Dispose();
        }
    }
}
