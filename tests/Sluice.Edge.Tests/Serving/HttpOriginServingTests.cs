using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;
using Sluice.Edge.Routes;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>The edge in front of an HTTP server on a socket.</summary>
public sealed class HttpOriginServingTests : IAsyncDisposable
{
    private readonly ManualTimeProvider time = new();
    private readonly FaultyOrigin origin = FaultyOrigin.Start();

    public ValueTask DisposeAsync() => origin.DisposeAsync();

    // Browsers begin a film with bytes=0-; many servers have no strong validator for a file (Go's none at all, Express a weak one).
    [Theory]
    [InlineData("bytes=0-", null)]
    [InlineData("bytes=0-", "W/\"1\"")]
    [InlineData("bytes=0-599999", "W/\"1\"")]
    [InlineData("bytes=-600000", null)]
    public async Task Get_RangeOfTheWhole_IsStoredWithoutAStrongValidator(string range, string? tag)
    {
        origin.On("/a.mp4", OriginReply.Object(1, 600_000) with { ETag = tag });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        var (first, whole) = await edge.GetAsync("/a.mp4", ("Range", range));
        var (second, again) = await edge.GetAsync("/a.mp4", ("Range", range));
        var (third, part) = await edge.GetAsync("/a.mp4", ("Range", "bytes=300000-300009"));
        var (fourth, plain) = await edge.GetAsync("/a.mp4");
        Assert.Equal(["206 MISS", "206 HIT", "206 HIT", "200 HIT"], new[] { first, second, third, fourth }.Select(head => $"{(int)head.StatusCode} {head.Headers.GetValues("X-Cache-Status").Single()}"));
        Assert.Equal("bytes 0-599999/600000", first.Content.Headers.ContentRange?.ToString());
        Assert.Null(fourth.Content.Headers.ContentRange);
        Assert.Equal(plain, whole);
        Assert.Equal(plain, again);
        Assert.Equal(plain[300_000..300_010], part);
        Assert.Single(origin.CallsOf("/a.mp4"));
    }

    // Where there is no disk, no more than 4 MB are fetched ahead of who reads.
    [Theory]
    [InlineData(null, true)]
    [InlineData("W/\"1\"", false)]
    public async Task Get_LargeBodyThatIsFetchedBehindAStaleAnswer_ArrivesWithoutADisk(string? tag, bool isChunked)
    {
        var old = OriginReply.Object(1, 9 << 20) with { ETag = tag, LastModified = null, Chunked = isChunked, CacheControl = "max-age=1, stale-while-revalidate=600" };
        origin.On("/a", old);
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromSeconds(2));
        origin.On("/a", old with { Body = OriginBody.Pattern(2, 9 << 20), ETag = tag?.Replace('1', '2') });
        Assert.Equal("UPDATING", (await edge.GetAsync("/a")).Head.Headers.GetValues("X-Cache-Status").Single());
        // Before the origin was asked there is no flight either, and from the end of one it takes a moment until it is in place.
        Assert.True(await Eventually.HoldsAsync(() => origin.BytesOf("/a") == 2 * (9 << 20) && edge.Cache.GetStatistics().Flights == 0, TimeSpan.FromSeconds(60)));
        var (head, body) = await edge.GetAsync("/a");
        for (var i = 0; i < 100 && head.Headers.GetValues("X-Cache-Status").Single() == "UPDATING"; i++) (head, body) = await edge.GetAsync("/a");
        Assert.Equal(("HIT", true), (head.Headers.GetValues("X-Cache-Status").Single(), body.AsSpan().SequenceEqual(new BytePattern(2).Bytes(0, 9 << 20))));
    }

    // Frameworks write both; s-maxage alone forbids (RFC 9111 section 5.2.2.10).
    [Theory]
    [InlineData("s-maxage=60, stale-while-revalidate=600", 200, "old")]
    [InlineData("s-maxage=60, stale-while-revalidate=600, must-revalidate", 200, "newer")]
    [InlineData("s-maxage=60", 200, "newer")]
    [InlineData("s-maxage=60, stale-if-error=600", 503, "old")]
    [InlineData("s-maxage=60, stale-while-revalidate=90", 503, "")]
    [InlineData("s-maxage=60", 503, "")]
    public async Task Get_StaleWithSharedMaxAge_IsGivenAsFarAsTheAnswerSaysItself(string cacheControl, int status, string expected)
    {
        origin.On("/a", OriginReply.Text("old") with { CacheControl = cacheControl });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time, policy: new RoutePolicy { StaleIfError = TimeSpan.FromHours(1) });
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromMinutes(status == 200 ? 2 : 5));
        origin.On("/a", status == 200 ? OriginReply.Text("newer") : OriginReply.Error(status));
        var (head, body) = await edge.GetAsync("/a");
        if (expected.Length > 0) Assert.Equal(expected, Encoding.UTF8.GetString(body));
        else Assert.True((int)head.StatusCode >= 500);
    }

    // s-maxage says that no request may have it so (RFC 9111 sections 5.2.2.8 and 5.2.2.10).
    [Theory]
    [InlineData("max-stale", 200)]
    [InlineData("stale-if-error=600", 503)]
    public async Task Get_StaleWithSharedMaxAge_IsNotGivenFurtherOnRequest(string asked, int status)
    {
        origin.On("/a", OriginReply.Text("old") with { CacheControl = "s-maxage=60, stale-while-revalidate=90" });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromMinutes(5));
        origin.On("/a", status == 200 ? OriginReply.Text("newer") : OriginReply.Error(status));
        var (_, body) = await edge.GetAsync("/a", ("Cache-Control", asked));
        Assert.NotEqual("old", Encoding.UTF8.GetString(body));
    }

    // A page for everybody, stale for a year, and once it is deleted a 404 that nobody may keep.
    [Theory]
    [InlineData(404, "private, no-cache, no-store, max-age=0, must-revalidate")]
    [InlineData(302, null)]
    [InlineData(200, "private")]
    public async Task Get_SuccessorThatMayNotBeStored_EndsTheStaleAnswer(int status, string? cacheControl)
    {
        var old = OriginReply.Text("old") with { CacheControl = "max-age=60, stale-while-revalidate=31536000" };
        origin.On("/a", old);
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromMinutes(2));
        origin.On("/a", OriginReply.Text("newer") with { Status = status, CacheControl = cacheControl });
        Assert.Equal("old", Encoding.UTF8.GetString((await edge.GetAsync("/a")).Body));
        Assert.True(await Eventually.HoldsAsync(async () => await edge.GetAsync("/a") is var (head, body) && (int)head.StatusCode == status && Encoding.UTF8.GetString(body) == "newer", TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [InlineData(503, null)]
    [InlineData(403, "no-store")]
    public async Task Get_ErrorBehindAStaleAnswer_KeepsIt(int status, string? cacheControl)
    {
        origin.On("/a", OriginReply.Text("old") with { CacheControl = "max-age=60, stale-while-revalidate=31536000" });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromMinutes(2));
        origin.On("/a", OriginReply.Error(status) with { CacheControl = cacheControl });
        await edge.GetAsync("/a");
        Assert.True(await Eventually.HoldsAsync(() => origin.CallsOf("/a").Count > 1 && edge.Cache.GetStatistics().Flights == 0, TimeSpan.FromSeconds(60)));
        Assert.Equal("old", Encoding.UTF8.GetString((await edge.GetAsync("/a")).Body));
    }

    [Fact]
    public async Task Get_OfWhatIsGone_DoesNotComeBackWhenTheOriginFails()
    {
        origin.On("/a", OriginReply.Text("old") with { CacheControl = "max-age=60, stale-if-error=86400" });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromMinutes(2));
        var statuses = new List<int>();
        foreach (var reply in (OriginReply[])[OriginReply.Error(503), OriginReply.Error(404) with { CacheControl = "no-store" }, OriginReply.Error(503)])
        {
            origin.On("/a", reply);
            statuses.Add((int)(await edge.GetAsync("/a")).Head.StatusCode);
        }

        Assert.Equal([200, 404, 503], statuses);
    }

    [Fact]
    public async Task Head_OfALengthOfZero_DoesNotMakeTheBodyEmpty()
    {
        // An application that says of its empty answer to HEAD how long that is.
        var whole = OriginReply.Text("text");
        origin.On("/a", whole with { Body = OriginBody.Of("") });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        using var head = new HttpRequestMessage(HttpMethod.Head, "/a");
        Assert.Equal(0, (await edge.Client.SendAsync(head)).Content.Headers.ContentLength);
        origin.On("/a", whole);
        Assert.Equal("text", Encoding.UTF8.GetString((await edge.GetAsync("/a")).Body));
    }

    [Fact]
    public async Task Get_WithANameThatIsNone_GoesOnWithoutThatField()
    {
        origin.On("/a", OriginReply.Text("a"));
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, edge.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\nfilter[x]: 1\r\nX-Kept: 1\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 200", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_PartWithoutAStrongValidator_IsPassedOnOnly()
    {
        origin.On("/a.mp4", OriginReply.Object(1, 600_000) with { ETag = "W/\"1\"" });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        foreach (var range in (string[])["bytes=0-599998", "bytes=1-", "bytes=0-262143", "bytes=0-262143"])
            Assert.Equal("MISS", (await edge.GetAsync("/a.mp4", ("Range", range))).Head.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal(4, origin.CallsOf("/a.mp4").Count);
    }

    // As tools do that download over several connections. Each part put the one before out, which had been stored.
    [Theory]
    [InlineData("bytes=0-262143")]
    [InlineData("bytes=0-")]
    [InlineData(null)]
    public async Task Get_PartsAskedForAtOnce_AreKeptTogether(string? first)
    {
        const int Part = 256 << 10, Parts = 8;
        var held = new TaskCompletionSource();
        origin.On("/a", OriginReply.Object(1, Part * Parts) with { HeadHeld = held.Task });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        var bytes = new BytePattern(1).Bytes(0, Part * Parts);
        var asked = Enumerable.Range(0, Parts).Select(i => edge.GetAsync("/a", i > 0 ? [("Range", $"bytes={i * Part}-{((i + 1) * Part) - 1}")] : first is null ? [] : [("Range", first)])).ToArray();
        Assert.True(await Eventually.HoldsAsync(() => origin.CallsOf("/a").Count == Parts, TimeSpan.FromSeconds(60)));
        held.SetResult();
        var answers = await Task.WhenAll(asked);
        for (var i = 1; i < Parts; i++) Assert.True(answers[i].Body.AsSpan().SequenceEqual(bytes.AsSpan(i * Part, Part)));
        Assert.True(answers[0].Body.AsSpan().SequenceEqual(bytes.AsSpan(0, answers[0].Body.Length)));
        Assert.Equal(first == "bytes=0-262143" ? Part : Part * Parts, answers[0].Body.Length);
        var (_, whole) = await edge.GetAsync("/a");
        Assert.True(whole.AsSpan().SequenceEqual(bytes));
        Assert.Equal(Parts, origin.CallsOf("/a").Count);
    }

    // It was taken for a sign that the rest can be had by range, which was answered with the same part again: every second request was a 502.
    [Theory]
    [InlineData("bytes 0-999/2000")]
    [InlineData("bytes 500-1499/2000")]
    [InlineData("bytes 262144-263143/263144")]
    public async Task Get_PartThatNobodyAskedFor_IsPassedOnOnly(string range)
    {
        origin.On("/a", new OriginReply { Status = 206, Body = OriginBody.Pattern(1, 1000), ETag = "\"1\"", CacheControl = "max-age=60", Headers = [new("Content-Range", range)] });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        for (var i = 0; i < 3; i++)
        {
            var (head, body) = await edge.GetAsync("/a");
            Assert.Equal((HttpStatusCode.PartialContent, 1000), (head.StatusCode, body.Length));
        }
    }

    [Fact]
    public async Task Get_ManifestThatMustNotBeTransformed_IsNotCompressed()
    {
        // RFC 9110 section 7.7.
        origin.On("/a.m3u8", OriginReply.Text(new string('#', 5000)) with { CacheControl = "max-age=60, no-transform" });
        origin.On("/b.m3u8", OriginReply.Text(new string('#', 5000)));
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        for (var i = 0; i < 2; i++)
        {
            var (head, body) = await edge.GetAsync("/a.m3u8", ("Accept-Encoding", "gzip"));
            Assert.Equal((0, 5000, false), (head.Content.Headers.ContentEncoding.Count, body.Length, head.Headers.ETag!.IsWeak));
            Assert.Equal("gzip", (await edge.GetAsync("/b.m3u8", ("Accept-Encoding", "gzip"))).Head.Content.Headers.ContentEncoding.Single());
        }
    }

    // nginx compresses for those who take gzip: other bytes, and the same tag but for W/. Another server of the same site may send none.
    [Theory]
    [InlineData("W/\"v1-2000000\"", true)]
    [InlineData("W/\"v1-2000000\"", false)]
    [InlineData(null, true)]
    [InlineData(null, false)]
    public async Task Gap_OfAnAnswerThatIsNotProvenToBeTheSame_IsNotPutTogetherWithWhatIsHeld(string? tag, bool whole)
    {
        origin.On("/a", OriginReply.Object(1, 2_000_000));
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a", ("Range", "bytes=1048576-1999999"));
        Assert.True(await Eventually.HoldsAsync(() => edge.Cache.Scope(upstream.Scope).Find("/a") is { Objects: [var held] } && held.Holds(1_048_576, 2_000_000), TimeSpan.FromSeconds(60)));
        var other = OriginReply.Object(2, 2_000_000) with { ETag = tag, LastModified = null, IgnoreConditions = true, IgnoreRange = whole };
        origin.On("/a", other);
        var (_, body) = await edge.GetAsync("/a");
        Assert.Equal(new BytePattern(2).Bytes(0, 2_000_000), body);
    }

    // Servers that compress keep the strong tag for both forms; others name a path by it, and not its bytes.
    [Theory]
    [InlineData(1_900_000, false, null)]
    [InlineData(1_900_000, true, null)]
    [InlineData(2_100_000, true, null)]
    [InlineData(2_000_000, true, "gzip")]
    public async Task Gap_OfOtherBytesUnderTheSameTag_IsNotPutTogetherWithWhatIsHeld(long length, bool whole, string? coding)
    {
        origin.On("/a", OriginReply.Object(1, 2_000_000));
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a", ("Range", "bytes=1048576-1999999"));
        Assert.True(await Eventually.HoldsAsync(() => edge.Cache.Scope(upstream.Scope).Find("/a") is { Objects: [var held] } && held.Holds(1_048_576, 2_000_000), TimeSpan.FromSeconds(60)));
        origin.On("/a", OriginReply.Object(2, length) with
        {
            ETag = "\"v1-2000000\"", IgnoreRange = whole, Chunked = coding is not null,
            Headers = coding is null ? [] : [new("Content-Encoding", coding)],
        });
        var (head, body) = await edge.GetAsync("/a", ("Accept-Encoding", "gzip"));
        Assert.Equal(new BytePattern(2).Bytes(0, (int)length), body);
        Assert.Equal(coding, head.Content.Headers.ContentEncoding.SingleOrDefault());
    }

    // No range of it can be asked for, whatever its ETag promises: part of it would be sent for the whole lifetime, each time cut short.
    [Fact]
    public async Task Get_ErrorWithAStrongTagThatBreaksOff_IsAskedForAgainNotCompleted()
    {
        var error = OriginReply.Object(1, 2_000_000) with { Status = 404 };
        origin.On("/a", error with { CutAfter = 1_500_000, PieceDelay = TimeSpan.FromMilliseconds(1) });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await Assert.ThrowsAsync<HttpRequestException>(() => edge.GetAsync("/a"));
        origin.On("/a", error);
        var (head, body) = await edge.GetAsync("/a");
        Assert.Equal((404, 2_000_000), ((int)head.StatusCode, body.Length));
        Assert.DoesNotContain(origin.CallsOf("/a"), call => call.Header("If-Match") is not null);
    }

    // As applications answer that know of HEAD only in part.
    [Fact]
    public async Task Head_WithoutValidators_DoesNotRenewAnObjectThatHasThem()
    {
        origin.On("/a", OriginReply.Object(1, 1000) with { CacheControl = "max-age=60" });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a");
        time.Advance(TimeSpan.FromSeconds(61));
        origin.On("/a", OriginReply.Text("new") with { CacheControl = "max-age=60", ETag = null, Chunked = true });
        using var head = await edge.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/a"));
        Assert.Equal("EXPIRED", head.Headers.GetValues("X-Cache-Status").Single());
        Assert.Equal("new", Encoding.ASCII.GetString((await edge.GetAsync("/a")).Body));
    }

    [Theory]
    [InlineData("X-B")]
    [InlineData("X-A, X-B")]
    public async Task Get_AnswerThatVariesByOtherFields_ReplacesThoseBefore(string vary)
    {
        origin.On("/a", OriginReply.Text("before") with { Headers = [new("Vary", "X-A")] });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        await edge.GetAsync("/a", ("X-A", "1"));
        origin.On("/a", OriginReply.Text("after") with { Headers = [new("Vary", vary)] });
        await edge.GetAsync("/a", ("X-A", "2"), ("X-B", "2"));
        Assert.Equal("after"u8.ToArray(), (await edge.GetAsync("/a", ("X-A", "1"), ("X-B", "1"))).Body);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Send_UnsafeWhileAGetIsUnderWay_KeepsWhatThatBringsOut(string method)
    {
        var held = new TaskCompletionSource();
        origin.Once("/a", OriginReply.Text("before") with { HeadHeld = held.Task });
        origin.On("/a", OriginReply.Text("after"));
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        var before = edge.GetAsync("/a");
        Assert.True(await Eventually.HoldsAsync(() => origin.CallsOf("/a").Count == 1, TimeSpan.FromSeconds(60)));
        using (var change = new HttpRequestMessage(new HttpMethod(method), "/a")) (await edge.Client.SendAsync(change)).EnsureSuccessStatusCode();
        held.SetResult();
        Assert.Equal("before"u8.ToArray(), (await before).Body);
        Assert.Equal("after"u8.ToArray(), (await edge.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Post_ManyElsewhereWhileAGetIsUnderWay_KeepNothingOutAndAreNoPurgesToShow()
    {
        var held = new TaskCompletionSource();
        origin.Once("/a", OriginReply.Text("first") with { HeadHeld = held.Task });
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = origin.Address }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time);
        var first = edge.GetAsync("/a");
        Assert.True(await Eventually.HoldsAsync(() => origin.CallsOf("/a").Count == 1, TimeSpan.FromSeconds(60)));
        origin.On("/form", OriginReply.Text("done"));
        for (var i = 0; i < 1100; i++) (await edge.Client.PostAsync(new Uri("/form?" + i, UriKind.Relative), null)).EnsureSuccessStatusCode();
        held.SetResult();
        Assert.Equal("first"u8.ToArray(), (await first).Body);
        Assert.Equal("HIT", (await edge.GetAsync("/a")).Head.Headers.GetValues("X-Cache-Status").Single());
        Assert.Empty(edge.Cache.RecentPurges);
    }

    [Fact]
    public async Task Post_TwoFramings_IsRefusedAndTheConnectionIsSaidToEnd()
    {
        await using var edge = await EdgeServer.StartAsync(new MadeOrigin(OriginTraits.None), time);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", edge.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        var answer = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(0, answer.IndexOf("HTTP/1.1 ", 1, StringComparison.Ordinal) + 1);
    }

    // Players on other sites' pages take an answer that they may not see for an error of CORS: hls.js asks for no manifest again after that, and gives up.
    [Theory]
    [InlineData("*")]
    [InlineData(null)]
    public async Task Get_OfAnOriginThatIsDown_IsARefusalThatTheRoutesSitesMaySee(string? allowed)
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        using var upstream = HttpOrigin.Create("up", new HttpOriginOptions { Url = new($"http://127.0.0.1:{port}") }, time);
        await using var edge = await EdgeServer.StartAsync(upstream, time, policy: new() { AllowOrigin = allowed });
        var (head, _) = await edge.GetAsync("/a.ts", ("Origin", "https://site.example"));
        Assert.Equal(HttpStatusCode.BadGateway, head.StatusCode);
        Assert.Equal(allowed, head.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null);
    }
}
