using System.Globalization;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Faults;

/// <summary>What a viewer sees of a bad origin: a clear status or a broken connection, never a wrong byte and never a short body that looks whole.</summary>
public sealed class OriginFaultTests(HttpEdge http) : IClassFixture<HttpEdge>
{
    private const int Length = 3_000_000;

    [Fact]
    public async Task Origin_Down_Is502AndNothingIsCached()
    {
        await using var origin = FaultyOrigin.Start();
        var reply = OriginReply.Object(90, 5000);
        origin.On("/a", reply);
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);

        await origin.GoDownAsync();
        var down = await sluice.Edge.AskAsync("/a");
        origin.GoUp();
        var recovered = await Eventually.HoldsAsync(async () => (await sluice.Edge.AskAsync("/a")).Status == 200, TimeSpan.FromSeconds(30));

        Assert.Contains(down.Status, (int[])[502, 504]);
        Assert.Equal("application/problem+json", down.Header("Content-Type"));
        Assert.True(recovered, "the outage was remembered");
        Assert.Equal(reply.Body.ToArray(), (await sluice.Edge.AskAsync("/a")).Body);
    }

    [Fact]
    public async Task Origin_Slow_IsStreamedAsItComes()
    {
        var reply = OriginReply.Object(92, 400_000) with { HeadDelay = TimeSpan.FromSeconds(1), PieceDelay = TimeSpan.FromMilliseconds(200) };
        var path = http.Put(reply);
        using var viewer = await RawHttp.ConnectAsync(http.Sluice.EdgeAddress);
        await viewer.SendAsync(RawHttp.Request("GET", path, http.Sluice.EdgeAddress));

        Assert.Equal(200, (await viewer.ReadHeadAsync())!.Value.Status);
        await viewer.ReadSomeAsync(1000);
        var sentWhenFirstSeen = http.Origin.BytesOf(path);
        var rest = await viewer.ReadSomeAsync(399_000);

        Assert.InRange(sentWhenFirstSeen, 1000, 399_000);
        Assert.Equal(-1, new BytePattern(92).FirstDifference(1000, rest));
        Assert.Equal(399_000, rest.Length);
    }

    [Fact]
    public async Task Origin_ClosesInsteadOfAnswering_Is502()
    {
        var path = http.Put(OriginReply.Object(93, 5000) with { ClosesInsteadOfAnswering = true });

        Assert.Equal(502, (await http.Edge.AskAsync(path)).Status);
    }

    public static TheoryData<string> Truncations => ["cut", "short", "cut chunked"];

    [Theory]
    [MemberData(nameof(Truncations))]
    public async Task Origin_Truncates_BreaksTheConnectionAndTheNextRequestIsWhole(string how)
    {
        var good = OriginReply.Object(94, Length);
        var path = HttpEdge.Unique();
        var bad = how switch
        {
            "cut" => good with { CutAfter = 1_200_000, IgnoreRange = true },
            "short" => good with { Body = OriginBody.Pattern(94, 1_200_000), LengthLie = Length - 1_200_000, IgnoreRange = true },
            _ => good with { CutAfter = 1_200_000, Chunked = true, IgnoreRange = true },
        };
        http.Origin.On(path, bad);

        var broken = await RawHttp.GetAsync(http.Sluice.EdgeAddress, path);
        http.Origin.On(path, good);
        var whole = await http.Edge.AskAsync(path);
        var hit = await http.Edge.AskAsync(path);

        // Where the origin's end is known before the head went out, the answer says so instead.
        Assert.True(!broken.Complete || broken.Status == 502, $"a body of {broken.Body.Length} bytes was passed off as whole");
        if (broken.Status == 200) Assert.Equal(-1, new BytePattern(94).FirstDifference(0, broken.Body));
        Assert.Equal(good.Body.ToArray(), whole.Body);
        Assert.Equal("HIT", hit.CacheStatus);
        Assert.Equal(good.Body.ToArray(), hit.Body);
    }

    [Fact]
    public async Task Origin_CutsOnceThenContinues_IsEitherResumedOrBrokenNeverWrong()
    {
        var good = OriginReply.Object(95, Length);
        var path = HttpEdge.Unique();
        http.Origin.On(path, good).Once(path, good with { CutAfter = 700_001 });

        var answer = await RawHttp.GetAsync(http.Sluice.EdgeAddress, path);

        Assert.Equal(-1, new BytePattern(95).FirstDifference(0, answer.Body));
        Assert.Equal(answer.Complete, answer.Body.Length == Length);
        Assert.Equal(good.Body.ToArray(), (await http.Edge.AskAsync(path)).Body);
    }

    [Fact]
    public async Task Origin_CutsEveryTime_IsAskedForTheRestTwiceAndNoMore()
    {
        var path = http.Put(OriginReply.Object(108, Length) with { CutAfter = 300_000 }, ".mp4");

        var answer = await RawHttp.GetAsync(http.Sluice.EdgeAddress, path);
        await Eventually.PassAsync(TimeSpan.FromMilliseconds(500));

        // A reset takes with it what the kernel had not handed out yet: where nothing went on to the client before the last one, it can be told the truth.
        if (answer.Status != 502)
        {
            Assert.False(answer.Complete);
            Assert.Equal(-1, new BytePattern(108).FirstDifference(0, answer.Body));
        }

        Assert.Equal(3, http.Origin.CallsOf(path).Count);
    }

    [Fact]
    public async Task Origin_SendsMoreThanItSaid_ExtraBytesGoNowhere()
    {
        var path = http.Put(OriginReply.Object(96, 50_000) with { LengthLie = -10_000, IgnoreRange = true });
        var next = http.Put(OriginReply.Object(97, 50_000));

        var answer = await RawHttp.GetAsync(http.Sluice.EdgeAddress, path);
        var other = await http.Edge.AskAsync(next);

        Assert.Equal(-1, new BytePattern(96).FirstDifference(0, answer.Body));
        Assert.InRange(answer.Body.Length, 0, 40_000);
        Assert.Equal((200, 50_000), (other.Status, other.Body.Length));
        Assert.Equal(-1, new BytePattern(97).FirstDifference(0, other.Body));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Origin_ChangesTheObjectBetweenTwoRanges_NeverMixesVersions(bool ignoresConditions)
    {
        var first = OriginReply.Object(98, Length) with { IgnoreConditions = ignoresConditions };
        var second = OriginReply.Object(99, Length) with { IgnoreConditions = ignoresConditions };
        var path = http.Put(first, ".mp4");
        var before = await http.Edge.AskAsync(path, "Range: bytes=0-99");
        http.Origin.On(path, second);

        var other = await http.Edge.AskAsync(path, "Range: bytes=2500000-2500099");
        var whole = await http.Edge.AskAsync(path);

        Assert.Equal(-1, new BytePattern(98).FirstDifference(0, before.Body));
        Assert.Equal(206, other.Status);
        AssertOneVersion(other, 2_500_000, (first, 98), (second, 99));
        Assert.Equal((200, Length), (whole.Status, whole.Body.Length));
        AssertOneVersion(whole, 0, (first, 98), (second, 99));
        Assert.Equal(second.ETag, whole.Header("ETag"));
    }

    [Fact]
    public async Task Origin_ChangesWhileItIsRead_BreaksOrServesOneVersion()
    {
        // Half of the old version is held; a whole answer begun from it meets the new one at the first gap.
        var first = OriginReply.Object(100, Length);
        var second = OriginReply.Object(101, Length + 5);
        var path = http.Put(first, ".mp4");
        await http.Edge.AskAsync(path, "Range: bytes=0-1500000");
        http.Origin.On(path, second);

        var answer = await RawHttp.GetAsync(http.Sluice.EdgeAddress, path);
        var pattern = new BytePattern(answer.Header("ETag") == first.ETag ? 100UL : 101UL);

        Assert.Equal(-1, pattern.FirstDifference(0, answer.Body));
        if (answer.Complete)
            Assert.Equal(answer.Header("ETag") == first.ETag ? Length : Length + 5, answer.Body.Length);
        var after = await http.Edge.AskAsync(path);
        Assert.Equal(-1, new BytePattern(101).FirstDifference(0, after.Body));
        Assert.Equal(Length + 5, after.Body.Length);
    }

    [Fact]
    public async Task Origin_WithoutValidatorsChangesBetweenRanges_NeverMixesThem()
    {
        // Nothing tells these versions apart but their bytes: parts of two answers may not be joined.
        var first = OriginReply.Object(102, Length) with { ETag = null, LastModified = null };
        var second = OriginReply.Object(103, Length) with { ETag = null, LastModified = null };
        var path = http.Put(first, ".mp4");
        await http.Edge.AskAsync(path, "Range: bytes=0-99");
        http.Origin.On(path, second);

        var whole = await http.Edge.AskAsync(path);

        Assert.Equal(Length, whole.Body.Length);
        Assert.True(new BytePattern(102).FirstDifference(0, whole.Body) < 0 || new BytePattern(103).FirstDifference(0, whole.Body) < 0, "two versions in one body");
    }

    [Fact]
    public async Task Origin_Answers200ToARange_TheViewerStillGetsThePart()
    {
        var path = http.Put(OriginReply.Object(104, Length) with { IgnoreRange = true }, ".mp4");

        var part = await http.Edge.AskAsync(path, "Range: bytes=2000000-2000999");
        var again = await http.Edge.AskAsync(path, "Range: bytes=-100");

        Assert.Equal((206, string.Create(CultureInfo.InvariantCulture, $"bytes 2000000-2000999/{Length}")), (part.Status, part.Header("Content-Range")));
        Assert.Equal(-1, new BytePattern(104).FirstDifference(2_000_000, part.Body));
        Assert.Equal(-1, new BytePattern(104).FirstDifference(Length - 100, again.Body));
        Assert.InRange(http.Origin.BytesOf(path), 1, 2 * Length);
    }

    [Fact]
    public async Task Origin_WithWeakTagsOnly_StillGivesRightBytes()
    {
        var path = http.Put(OriginReply.Object(105, Length) with { ETag = "W/\"weak\"" }, ".mp4");

        await http.Edge.AskAsync(path, "Range: bytes=0-99");
        var whole = await http.Edge.AskAsync(path);
        var part = await http.Edge.AskAsync(path, "Range: bytes=2000000-2000999");

        Assert.Equal(-1, new BytePattern(105).FirstDifference(0, whole.Body));
        Assert.Equal(Length, whole.Body.Length);
        Assert.Equal(-1, new BytePattern(105).FirstDifference(2_000_000, part.Body));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Origin_AnswersAnError_IsPassedOnAndNotKept(int status)
    {
        var path = http.Put(OriginReply.Error(status));

        var answer = await http.Edge.AskAsync(path);
        http.Origin.On(path, OriginReply.Object(106, 1000));

        Assert.Equal((status, $"origin says {status}"), (answer.Status, answer.Text));
        Assert.True(await Eventually.HoldsAsync(async () => (await http.Edge.AskAsync(path)).Status == 200, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Origin_AnswersAWrongContentRange_IsNeverPassedOffAsThePart()
    {
        var liar = OriginReply.Object(107, 1000) with { Status = 206, Headers = [new("Content-Range", "bytes 0-999/3000000")] };
        var path = http.Put(liar, ".mp4");

        var answer = await RawHttp.GetAsync(http.Sluice.EdgeAddress, path, "Range: bytes=2000000-2000999");

        Assert.True(answer.Status >= 500 || !answer.Complete || answer.Header("Content-Range") == "bytes 0-999/3000000",
            $"{answer.Status} {answer.Header("Content-Range")} with bytes from elsewhere");
    }

    private static void AssertOneVersion(EdgeAnswer answer, long offset, params (OriginReply Reply, ulong Seed)[] versions)
    {
        var version = Assert.Single(versions, version => version.Reply.ETag == answer.Header("ETag"));
        Assert.Equal(-1, new BytePattern(version.Seed).FirstDifference(offset, answer.Body));
    }
}
