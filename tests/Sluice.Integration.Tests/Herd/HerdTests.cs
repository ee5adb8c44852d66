using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Herd;

/// <summary>BEYOND 3: one fetch of each byte however many ask, and nobody waits for the whole file.</summary>
public sealed class HerdTests(HttpEdge http) : IClassFixture<HttpEdge>
{
    [Fact]
    public async Task Herd_OnOneColdObject_FetchesEachByteOnceAndStreamsToAll()
    {
        const int length = 8 << 20;
        const int clients = 150;
        var release = new TaskCompletionSource();
        var path = http.Put(OriginReply.Object(50, length) with { HoldAfter = 2 << 20, Held = release.Task }, ".mp4");
        var expected = new BytePattern(50).Bytes(0, length);
        var started = 0;
        var allStarted = new TaskCompletionSource();

        var watching = Enumerable.Range(0, clients).Select(_ => WatchAsync(path, expected, () =>
        {
            if (Interlocked.Increment(ref started) == clients)
                allStarted.SetResult();
        })).ToArray();

        // The origin holds back 6 MB, and yet every viewer has its first bytes.
        await allStarted.Task.WaitAsync(TimeSpan.FromSeconds(60));
        release.SetResult();
        var received = await Task.WhenAll(watching);

        Assert.All(received, bytes => Assert.Equal(length, bytes));
        Assert.True(length == http.Origin.BytesOf(path), "not each byte once:\n" + string.Join('\n', http.Origin.CallsOf(path)));
    }

    [Fact]
    public async Task FirstViewer_Leaving_DoesNotCancelForTheOthers()
    {
        var release = new TaskCompletionSource();
        var reply = OriginReply.Object(53, 6 << 20) with { HoldAfter = 1 << 20, Held = release.Task };
        var path = http.Put(reply, ".mp4");
        using var first = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress);
        await first.SendAsync(RawHttp.Request("GET", path, http.Sluice.EdgeAddress));
        await first.ReadHeadAsync();
        await first.ReadSomeAsync(1000);
        var joined = new TaskCompletionSource();
        var second = WatchAsync(path, reply.Body.ToArray(), joined.SetResult);
        await joined.Task.WaitAsync(TimeSpan.FromSeconds(60));

        first.Abort();
        await Eventually.PassAsync(TimeSpan.FromMilliseconds(300));
        release.SetResult();

        Assert.Equal(6 << 20, await second);
        Assert.Equal(6 << 20, http.Origin.BytesOf(path));
        Assert.Equal("HIT", (await http.Edge.AskAsync(path)).CacheStatus);
    }

    [Fact]
    public async Task LastViewer_Leaving_StopsTheFetch()
    {
        // 200 MB at about 1.2 MB a second: going on alone would take minutes of somebody's bandwidth.
        var path = http.Put(OriginReply.Object(54, 200_000_000) with { PieceDelay = TimeSpan.FromMilliseconds(50) }, ".mp4");
        using var viewer = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress);
        await viewer.SendAsync(RawHttp.Request("GET", path, http.Sluice.EdgeAddress));
        await viewer.ReadHeadAsync();
        await viewer.ReadSomeAsync(100_000);

        viewer.Abort();

        var sent = -1L;
        var stopped = await Eventually.HoldsAsync(async () =>
        {
            sent = http.Origin.BytesOf(path);
            await Eventually.PassAsync(TimeSpan.FromMilliseconds(500));
            return http.Origin.BytesOf(path) == sent;
        }, TimeSpan.FromSeconds(20));
        Assert.True(stopped, "the fetch goes on without a viewer");
        Assert.InRange(sent, 1, 100_000_000);

        // What had come is not lost, and is right.
        var range = await http.Edge.AskAsync(path, "Range: bytes=10-99999");
        Assert.Equal(206, range.Status);
        Assert.Equal(-1, new BytePattern(54).FirstDifference(10, range.Body));
    }

    [Fact]
    public async Task SlowViewer_OnOneObject_HoldsNoOtherBack()
    {
        const int length = 24 << 20;
        var path = http.Put(OriginReply.Object(55, length), ".mp4");
        using var slow = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress, receiveBuffer: 4096);
        await slow.SendAsync(RawHttp.Request("GET", path, http.Sluice.EdgeAddress));
        Assert.Equal(200, (await slow.ReadHeadAsync())!.Value.Status);
        Assert.Single(await slow.ReadSomeAsync(1));

        var fast = WatchAsync(path, new BytePattern(55).Bytes(0, length), () => { });
        for (var second = 1; second < 4 && !fast.IsCompleted; second++)
        {
            await Task.WhenAny(fast, Eventually.PassAsync(TimeSpan.FromSeconds(1)));
            Assert.Equal(new BytePattern(55).Bytes(second, 1), await slow.ReadSomeAsync(1));
        }

        Assert.Equal(length, await fast.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(length, http.Origin.BytesOf(path));
    }

    [Fact]
    public async Task Herd_OfRangesAndWholes_SharesOneFetchOfEachByte()
    {
        const int length = 12 << 20;
        var pattern = new BytePattern(56);
        var path = await http.PutShownAsync(OriginReply.Object(56, length) with { PieceDelay = TimeSpan.FromMilliseconds(2) });
        var shown = http.Origin.BytesOf(path);

        var expected = pattern.Bytes(0, length);
        var wholes = Enumerable.Range(0, 20).Select(_ => WatchAsync(path, expected, () => { }));
        var ranges = Enumerable.Range(0, 40).Select(async i =>
        {
            var offset = i * 300_000;
            var answer = await http.Edge.AskAsync(path, $"Range: bytes={offset}-{offset + 199_999}");
            Assert.Equal(206, answer.Status);
            Assert.Equal(-1, pattern.FirstDifference(offset, answer.Body));
            return answer.Body.Length;
        });
        await Task.WhenAll(wholes.Concat(ranges));

        // A whole answer given up where ranges run ahead of it leaves a little in the pipe; the slow origin keeps that small.
        Assert.True(http.Origin.BytesOf(path) - shown is >= length and <= length + (2 << 20), "not each byte once:\n" + string.Join('\n', http.Origin.CallsOf(path)));
    }

    [Fact]
    public async Task Herd_OfBrowsers_EachAskingFromByteZero_FetchesEachByteOnce()
    {
        // Every browser opens a video with "Range: bytes=0-": to the origin that must be one fetch, as it is without a range.
        const int length = 8 << 20;
        var path = http.Put(OriginReply.Object(57, length), ".mp4");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => http.Edge.AskAsync(path, "Range: bytes=0-")));

        Assert.All(answers, answer =>
        {
            Assert.Equal((206, length), (answer.Status, answer.Body.Length));
            Assert.Equal(-1, new BytePattern(57).FirstDifference(0, answer.Body));
        });
        Assert.Equal(length, http.Origin.BytesOf(path));
    }

    [Fact]
    public async Task Herd_OnAMissingObject_AsksTheOriginOnce()
    {
        var path = HttpEdge.Unique();
        http.Origin.On(path, OriginReply.Error(404) with { CacheControl = "max-age=30", HeadDelay = TimeSpan.FromMilliseconds(500) });

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => http.Edge.AskAsync(path)));

        Assert.All(answers, answer => Assert.Equal((404, "origin says 404"), (answer.Status, answer.Text)));
        Assert.Single(http.Origin.CallsOf(path));
    }

    private Task<int> WatchAsync(string path, byte[] expected, Action onFirstByte) => WatchAsync(http.Edge, path, expected, onFirstByte);

    /// <summary>Reads a body to its end, checking each byte on the way; answers its length.</summary>
    internal static async Task<int> WatchAsync(HttpClient edge, string path, byte[] expected, Action onFirstByte)
    {
        await using var body = await edge.GetStreamAsync(new Uri(path, UriKind.Relative));
        var buffer = new byte[128 * 1024];
        var total = 0;
        for (int read; (read = await body.ReadAsync(buffer)) > 0; total += read)
        {
            if (total == 0)
                onFirstByte();
            Assert.True(buffer.AsSpan(0, read).SequenceEqual(expected.AsSpan(total, read)), $"wrong bytes between {total} and {total + read}");
        }

        return total;
    }
}
