using System.Net;
using Sluice.Core.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Serving;

/// <summary>What a client gets who asks for bytes of a stored object that are not there.</summary>
public sealed class GapAnswerTests
{
    private const int Length = 2_000_000;
    private readonly ManualTimeProvider time = new();
    private readonly MadeOrigin origin = new(OriginTraits.Ranges) { Length = Length };

    public GapAnswerTests() => origin.Extra.Add("Cache-Control", "public, max-age=60");

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(302)]
    [InlineData(204)]
    public async Task Gap_OfWhatIsGoneOrSomethingElse_IsAnsweredAsTheOriginDoes(int status)
    {
        await using var edge = await StartAsync();
        origin.Status = status;
        foreach (var range in new[] { "bytes=0-9", "bytes=1900000-1900009" })
            Assert.Equal(status, (int)(await edge.GetAsync("/a", ("Range", range))).Head.StatusCode);
    }

    // The answer to HEAD, or to the first range, was everybody's.
    [Theory]
    [InlineData("HEAD")]
    [InlineData("GET")]
    public async Task Gap_WhoseBytesAreOneClients_IsNobodyElses(string first)
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        if (first == "GET") await edge.GetAsync("/a", ("Range", "bytes=1900000-1900009"));
        else await edge.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/a"), TestContext.Current.CancellationToken);
        origin.Extra.Set("Cache-Control", "private, max-age=60");
        for (var i = 0; i < 3; i++)
        {
            var answer = await edge.GetAsync("/a", ("Range", "bytes=0-9"));
            Assert.Equal((HttpStatusCode.PartialContent, "MISS", 10), (answer.Head.StatusCode, Status(answer), answer.Body.Length));
        }
    }

    [Fact]
    public async Task Gap_OfAnOriginThatFails_Is502AndKeepsWhatIsStored()
    {
        await using var edge = await StartAsync();
        origin.Status = 503;
        Assert.Equal(HttpStatusCode.BadGateway, (await edge.GetAsync("/a", ("Range", "bytes=0-9"))).Head.StatusCode);
        Assert.Equal("HIT", Status(await edge.GetAsync("/a", ("Range", "bytes=1900000-1900009"))));
    }

    // The head went out before a byte was there, and all that could follow was the end of the connection.
    [Fact]
    public async Task Gap_InOneOfSeveralRanges_IsAnsweredAsInOne()
    {
        const string Ranges = "bytes=0-9,1900000-1900009";
        await using var edge = await StartAsync();
        origin.IsDown = true;
        Assert.Equal(HttpStatusCode.BadGateway, (await edge.GetAsync("/a", ("Range", Ranges))).Head.StatusCode);
        origin.IsDown = false;
        origin.Status = 404;
        Assert.Equal(HttpStatusCode.NotFound, (await edge.GetAsync("/a", ("Range", Ranges))).Head.StatusCode);
    }

    // It was asked for in whole chunks, which is what the client then got; of the last bytes by HEAD, which was a 200 without a body.
    [Theory]
    [InlineData("bytes=300000-300009", 300_000, 300_010)]
    [InlineData("bytes=-10", Length - 10, Length)]
    [InlineData("bytes=1900000-", 1_900_000, Length)]
    public async Task Range_OfWhatIsNotKept_IsWhatWasAskedFor(string range, int start, int end)
    {
        origin.Extra.Set("Cache-Control", "no-store");
        await using var edge = await EdgeServer.StartAsync(origin, time);
        for (var i = 0; i < 2; i++)
        {
            var (head, body) = await edge.GetAsync("/a", ("Range", range));
            Assert.Equal(HttpStatusCode.PartialContent, head.StatusCode);
            Assert.Equal(origin.Expected(start, end), body);
        }

        Assert.Equal(origin.Expected(0, Length), (await edge.GetAsync("/a", ("Range", range), ("If-Range", "\"other\""))).Body);
    }

    // An origin may claim any length, and a sparse file has it: the numbers of chunks ran over, so that a part that nobody had was a hit without a byte, and its readers never ended.
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData((1L << 46) + 1)]
    public async Task Range_OfWhatClaimsToBeLongerThanAnyBody_IsTheOrigins(long length)
    {
        origin.Length = length;
        await using var edge = await EdgeServer.StartAsync(origin, time);
        using var asking = new HttpRequestMessage(HttpMethod.Head, "/a");
        using var told = await edge.Client.SendAsync(asking);
        Assert.Equal(length, told.Content.Headers.ContentLength);
        foreach (var start in new[] { 0, length - 20, length - 20 })
        {
            var (head, body) = await edge.GetAsync("/a", ("Range", $"bytes={start}-{start + 9}"));
            Assert.Equal(HttpStatusCode.PartialContent, head.StatusCode);
            Assert.Equal(origin.Expected(start, start + 10), body);
        }

        Assert.Equal(origin.Expected(length - 7, length), (await edge.GetAsync("/a", ("Range", "bytes=-7"))).Body);
    }

    // As browsers go on with a download. All of it was asked for first, then the part.
    [Fact]
    public async Task Range_ByIfRangeOfWhatIsNotHeld_IsAskedForAlone()
    {
        await using var edge = await EdgeServer.StartAsync(origin, time);
        var (head, body) = await edge.GetAsync("/a", ("Range", "bytes=1900000-1900009"), ("If-Range", "\"1\""));
        Assert.Equal(HttpStatusCode.PartialContent, head.StatusCode);
        Assert.Equal(origin.Expected(1_900_000, 1_900_010), body);
        Assert.NotNull(Assert.Single(origin.Requests).Range);
    }

    // The range is there, the whole that it is answered with is not.
    [Fact]
    public async Task Range_ThatDoesNotCountBecauseOfIfRange_IsNoHit()
    {
        await using var edge = await StartAsync();
        origin.IsDown = true;
        var (failed, problem) = await edge.GetAsync("/a", ("Range", "bytes=1900000-1900009"), ("If-Range", "\"other\""));
        Assert.Equal(HttpStatusCode.BadGateway, failed.StatusCode);
        Assert.NotEmpty(problem);
        origin.IsDown = false;
        var (head, body) = await edge.GetAsync("/a", ("Range", "bytes=1900000-1900009"), ("If-Range", "\"other\""));
        Assert.Equal((HttpStatusCode.OK, "MISS"), (head.StatusCode, Status((head, body))));
        Assert.Equal(origin.Expected(0, Length), body);
    }

    // RFC 9111 section 5.2.1.7.
    [Theory]
    [InlineData("bytes=1900000-1900009", HttpStatusCode.PartialContent)]
    [InlineData("bytes=0-9", HttpStatusCode.GatewayTimeout)]
    [InlineData("bytes=0-", HttpStatusCode.GatewayTimeout)]
    public async Task OnlyIfCached_OfAnObjectWithGaps_DoesNotAskTheOrigin(string range, HttpStatusCode status)
    {
        await using var edge = await StartAsync();
        var before = origin.Requests.Count;
        Assert.Equal(status, (await edge.GetAsync("/a", ("Range", range), ("Cache-Control", "only-if-cached"))).Head.StatusCode);
        Assert.Equal(before, origin.Requests.Count);
    }

    [Fact]
    public async Task NotModified_OfAnObjectWithGaps_IsAHit()
    {
        await using var edge = await StartAsync();
        var (head, _) = await edge.GetAsync("/a", ("If-None-Match", "\"1\""));
        Assert.Equal((HttpStatusCode.NotModified, "HIT"), (head.StatusCode, head.Headers.GetValues("X-Cache-Status").Single()));
    }

    /// <summary>An edge that holds the last chunk of /a.</summary>
    private async Task<EdgeServer> StartAsync()
    {
        var edge = await EdgeServer.StartAsync(origin, time);
        await edge.GetAsync("/a", ("Range", "bytes=1900000-1900009"));
        var stored = edge.Cache.Scope("made").Find("/a")!.Objects[0];
        Assert.True(await Eventually.HoldsAsync(() => !stored.IsFilling && stored.Holds(1_900_000, 1_900_010), TimeSpan.FromSeconds(60)));
        Assert.False(stored.Holds(0, Length));
        return edge;
    }

    private static string Status((HttpResponseMessage Head, byte[] Body) answer) => answer.Head.Headers.GetValues("X-Cache-Status").Single();
}
