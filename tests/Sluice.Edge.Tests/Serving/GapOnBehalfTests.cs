using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Tests.Transport;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>Missing bytes are asked for on behalf of whoever misses them (decision 0015).</summary>
public sealed class GapOnBehalfTests
{
    private const int Length = 2_000_000;
    private readonly ManualTimeProvider time = new();
    private readonly MadeOrigin made = new(OriginTraits.Ranges) { Length = Length };
    private readonly WatchedOrigin origin;

    public GapOnBehalfTests()
    {
        made.Extra.Add("Cache-Control", "public, max-age=60");
        origin = new WatchedOrigin(made);
    }

    [Fact]
    public async Task Gap_OfWhatAnotherStored_IsAskedForWithTheFieldsOfWhoMissesIt()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await AssertRangeAsync(edge, "first", 0);
        await AssertRangeAsync(edge, "second", 1_000_000);
        await AssertRangeAsync(edge, null, 1_900_000);
        Assert.Equal(["first", "second", null], origin.Callers);
    }

    [Fact]
    public async Task Gap_OfARequestWithConditions_IsAskedForWithoutThem()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await AssertRangeAsync(edge, "first", 0);
        var (head, body) = await edge.GetAsync("/a", ("Authorization", "second"), ("Range", "bytes=1000000-1000009"), ("If-Range", "\"1\""), ("Cookie", "c"));
        Assert.Equal((HttpStatusCode.PartialContent, 10), (head.StatusCode, body.Length));
        var fields = origin.Fields.Last();
        Assert.Equal("c", fields.First("Cookie"));
        Assert.False(fields.Contains("Range") || fields.Contains("If-Range"));
        Assert.True(fields.Contains("Via"));
    }

    [Fact]
    public async Task Gap_OfAnAnswerThatVaries_IsAskedForAsItWasSelected()
    {
        made.Extra.Add("Vary", "Accept-Language");
        made.Extra.Add("Content-Language", "de");
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a", ("Range", "bytes=0-9"), ("Accept-Language", "de"));
        await edge.GetAsync("/a", ("Range", "bytes=1000000-1000009"), ("Accept-Language", "de, en;q=0.5"));
        Assert.Equal(2, origin.Fields.Count);
        var fields = origin.Fields.Last();
        Assert.Equal("de", fields.First("Accept-Language"));
    }

    [Fact]
    public async Task Stored_OnceItsFillIsOver_KeepsNothingOfTheRequest()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await AssertRangeAsync(edge, "first", 0);
        var stored = edge.Cache.Scope("made").Find("/a")!.Objects[0];
        Assert.True(await Eventually.HoldsAsync(() => !stored.IsFilling, TimeSpan.FromSeconds(60)));
        // What the server asks in its own name has no name in it.
        await stored.CompleteAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["first", null], origin.Callers);
        // Another request takes the first one's place in whatever the server itself uses again.
        await AssertRangeAsync(edge, "second", 0);
        Assert.True(await Eventually.HoldsAsync(() => IsGone(origin.Kept.First()), TimeSpan.FromSeconds(60)));
        GC.KeepAlive(stored);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Gap_RefusedToWhoMissesIt_IsTheirRefusalAndNobodyElses(int status)
    {
        origin.Refused.Add("second", status);
        await using var edge = await EdgeServer.StartAsync(origin, time);
        await AssertRangeAsync(edge, "first", 0);
        var (head, _) = await edge.GetAsync("/a", ("Authorization", "second"), ("Range", "bytes=1000000-1000009"));
        Assert.Equal(status, (int)head.StatusCode);
        Assert.Equal("Basic realm=\"a\"", head.Headers.WwwAuthenticate.ToString());
        Assert.Equal("no-store", head.Headers.CacheControl!.ToString());
        // What is held is for all.
        await AssertRangeAsync(edge, "second", 0);
        await AssertRangeAsync(edge, "third", 1_000_000);
        Assert.Equal(["first", "second", "third"], origin.Callers);
    }

    [Fact]
    public async Task Hit_WhoseBytesLeaveMemoryMeanwhile_IsCompletedOnItsClientsBehalf()
    {
        made.Length = 8 << 20;
        await using var edge = await TwoListeners.StartAsync(origin, time, memory: 10 << 20);
        await DrainAsync(edge.Ordinary, "/a", "first");
        var stored = edge.Cache.Scope("made").Find("/a")!.Objects[0];
        Assert.True(await Eventually.HoldsAsync(() => !stored.IsFilling && stored.Holds(0, made.Length), TimeSpan.FromSeconds(60)));

        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 << 10 };
        await client.ConnectAsync(edge.Fast.Host, edge.Fast.Port);
        await client.SendAsync(Encoding.ASCII.GetBytes("GET /a HTTP/1.1\r\nHost: a\r\nAuthorization: second\r\nConnection: keep-alive\r\n\r\n"));
        var buffer = new byte[1 << 20];
        var read = await client.ReceiveAsync(buffer);
        var text = Encoding.Latin1.GetString(buffer, 0, read);
        var body = read - text.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4;
        Assert.Contains("X-Cache-Status: HIT", text, StringComparison.Ordinal);
        for (var other = 0; stored.Holds(7 << 20, made.Length); other++) await DrainAsync(edge.Ordinary, "/b" + other, "other");
        var before = origin.Callers.Count;
        while (body < made.Length)
        {
            var count = await client.ReceiveAsync(buffer);
            Assert.True(count > 0, $"cut short after {body} bytes");
            Assert.Equal(MadeOrigin.At("1", body), buffer[0]);
            body += count;
        }

        Assert.All(origin.Callers.Skip(before), caller => Assert.Equal("second", caller));
        Assert.True(origin.Callers.Count > before);
    }

    private static bool IsGone(WeakReference<HeaderList> fields)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return !fields.TryGetTarget(out _);
    }

    private static async Task DrainAsync(Uri server, string path, string caller)
    {
        using var client = new HttpClient { BaseAddress = server, DefaultRequestHeaders = { { "Authorization", caller } } };
        await using var body = await client.GetStreamAsync(new Uri(path, UriKind.Relative));
        await body.CopyToAsync(Stream.Null);
    }

    private async Task AssertRangeAsync(EdgeServer edge, string? caller, int start)
    {
        var range = ("Range", $"bytes={start}-{start + 9}");
        var (head, body) = caller is null ? await edge.GetAsync("/a", range) : await edge.GetAsync("/a", range, ("Authorization", caller));
        Assert.Equal(HttpStatusCode.PartialContent, head.StatusCode);
        Assert.Equal(made.Expected(start, start + 10), body);
    }
}
