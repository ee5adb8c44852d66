using System.Globalization;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;

namespace Sluice.Integration.Tests.Ranges;

/// <summary>RFC 9110 section 14 as a player sees it, cold and warm, through a folder and through HTTP; D27 for what cannot be satisfied.</summary>
public sealed class RangeAnswerTests(HttpEdge http, FolderEdge folder) : IClassFixture<HttpEdge>, IClassFixture<FolderEdge>
{
    private const int Length = 3_500_000;

    public static TheoryData<string, int, int> Ranges => new()
    {
        { "bytes=0-0", 0, 1 },
        { "bytes=0-99", 0, 100 },
        { "bytes=1048570-1048585", 1_048_570, 16 }, // across a chunk's edge
        { "bytes=1000000-3300000", 1_000_000, 2_300_001 },
        { "bytes=3499990-", 3_499_990, 10 },
        { "bytes=3000000-9999999999", 3_000_000, 500_000 },
        { "bytes=-1", 3_499_999, 1 },
        { "bytes=-700000", 2_800_000, 700_000 },
        { "bytes=-99999999", 0, Length },
        { "bytes=0-", 0, Length },
        { "BYTES=5-6", 5, 2 }, // range units are case-insensitive
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public async Task Get_SingleRange_Is206WithExactlyThoseBytes(string range, int offset, int count)
    {
        var name = "range/" + Guid.NewGuid().ToString("n") + ".mp4";
        var bytes = folder.Folder.WritePattern(name, 21, Length);
        var reply = OriginReply.Object(21, Length);
        var path = await http.PutShownAsync(reply);

        foreach (var (edge, target) in new[] { (http.Edge, path), (folder.Edge, "/" + name) })
        {
            var cold = await edge.AskAsync(target, "Range: " + range);
            var warm = await edge.AskForHitAsync(target, "Range: " + range);
            await edge.AskAsync(target);
            var whole = await edge.AskAsync(target, "Range: " + range);

            foreach (var answer in new[] { cold, warm, whole })
            {
                Assert.Equal(206, answer.Status);
                Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"bytes {offset}-{offset + count - 1}/{Length}"), answer.Header("Content-Range"));
                Assert.Equal(count.ToString(CultureInfo.InvariantCulture), answer.Header("Content-Length"));
                Assert.True(bytes.AsSpan(offset, count).SequenceEqual(answer.Body), $"{range} of {target}: wrong bytes");
            }

            Assert.Equal(("MISS", "HIT", "HIT"), (cold.CacheStatus, warm.CacheStatus, whole.CacheStatus));
        }
    }

    [Theory]
    [InlineData("bytes=0-")] // what a browser asks first of every video
    [InlineData("bytes=0-3499999")]
    [InlineData("bytes=1048576-2097151")] // whole chunks
    public async Task Get_FirstRangeOfWholeChunks_IsKeptForTheNext(string range)
    {
        var path = http.Put(OriginReply.Object(32, Length), ".mp4");

        var first = await http.Edge.AskAsync(path, "Range: " + range);
        var second = await http.Edge.AskAsync(path, "Range: " + range);

        Assert.Equal((206, "MISS"), (first.Status, first.CacheStatus));
        Assert.Equal((206, "HIT"), (second.Status, second.CacheStatus));
        Assert.Equal(first.Body, second.Body);
    }

    [Theory]
    [InlineData("bytes=3500000-")]
    [InlineData("bytes=99999999-100000000")]
    [InlineData("bytes=-0")]
    public async Task Get_Unsatisfiable_Is416WithTheLength(string range)
    {
        folder.Folder.WritePattern("416.mp4", 22, Length);
        var path = http.Put(OriginReply.Object(22, Length), ".mp4");

        foreach (var (edge, target) in new[] { (http.Edge, path), (folder.Edge, "/416.mp4") })
        {
            var cold = await edge.AskAsync(target, "Range: " + range);
            await edge.AskAsync(target, "Range: bytes=0-9");
            var warm = await edge.AskAsync(target, "Range: " + range);

            Assert.All([cold, warm], answer => Assert.Equal((416, "bytes */3500000"), (answer.Status, answer.Header("Content-Range"))));
            Assert.Equal(200, (await edge.AskAsync(target)).Status);
        }
    }

    [Theory]
    [InlineData("bytes=9-3")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("lines=1-2")]
    [InlineData("bytes=--5")]
    [InlineData("bytes=1 - 2")]
    [InlineData("bytes=18446744073709551616-")]
    public async Task Get_InvalidRangeHeader_NeverBreaksTheAnswer(string range)
    {
        // RFC 9110 section 14.2: an invalid Range is ignored; a number past every length may be unsatisfiable.
        var reply = OriginReply.Object(23, 5000);
        var path = http.Put(reply);
        await http.Edge.AskAsync(path);

        var answer = await http.Edge.AskAsync(path, "Range: " + range);

        if (range.Contains("18446744073709551616", StringComparison.Ordinal))
            Assert.Contains(answer.Status, (int[])[200, 416]);
        else
            Assert.Equal((200, 5000), (answer.Status, answer.Body.Length));
    }

    [Fact]
    public async Task Get_SeveralRanges_IsMultipartWithEachPart()
    {
        var reply = OriginReply.Object(24, Length) with { ContentType = "video/mp4" };
        var path = await http.PutShownAsync(reply);

        const string ranges = "Range: bytes=0-9, 2000000-2000099,-5";
        foreach (var expected in (string[])["MISS", "HIT"])
        {
            var answer = expected == "MISS" ? await http.Edge.AskAsync(path, ranges) : await http.Edge.AskForHitAsync(path, ranges);
            Assert.Equal((206, expected), (answer.Status, answer.CacheStatus));
            Assert.StartsWith("multipart/byteranges", answer.Header("Content-Type"), StringComparison.OrdinalIgnoreCase);
            Assert.Null(answer.Header("Content-Range"));

            var parts = MultipartRanges.Read(answer);
            Assert.Equal([(0L, 10), (2_000_000L, 100), (3_499_995L, 5)], parts.Select(part => (part.Offset, part.Body.Length)));
            Assert.All(parts, part =>
            {
                Assert.Equal((Length, "video/mp4"), (part.Total, part.ContentType));
                Assert.Equal(-1, new BytePattern(24).FirstDifference(part.Offset, part.Body));
            });
        }
    }

    [Fact]
    public async Task Get_SeveralRangesOneSatisfiable_IsThatOne()
    {
        var path = http.Put(OriginReply.Object(25, 5000));

        var answer = await http.Edge.AskAsync(path, "Range: bytes=9000-9001,100-149");

        Assert.Equal(206, answer.Status);
        if (answer.Header("Content-Range") is { } single)
            Assert.Equal("bytes 100-149/5000", single);
        else
            Assert.Equal(100, Assert.Single(MultipartRanges.Read(answer)).Offset);
    }

    [Fact]
    public async Task Get_ManyOverlappingRanges_SendsNoMoreThanTheWholeTwice()
    {
        // RFC 9110 section 14.2 and 17.15: a small request must not become a flood.
        var path = http.Put(OriginReply.Object(26, 200_000));
        await http.Edge.AskAsync(path);

        var answer = await http.Edge.AskAsync(path, "Range: bytes=" + string.Join(',', Enumerable.Repeat("0-", 500)));

        Assert.Contains(answer.Status, (int[])[200, 206, 400, 416]);
        Assert.InRange(answer.Body.Length, 0, 400_000);
    }

    [Fact]
    public async Task IfRange_SameVersion_SendsThePartAnotherVersionTheWhole()
    {
        var reply = OriginReply.Object(27, 5000);
        var path = http.Put(reply);
        await http.Edge.AskAsync(path);

        Assert.Equal(206, (await http.Edge.AskAsync(path, "Range: bytes=0-9", "If-Range: " + reply.ETag)).Status);
        Assert.Equal(200, (await http.Edge.AskAsync(path, "Range: bytes=0-9", "If-Range: \"other\"")).Status);
        Assert.Equal(200, (await http.Edge.AskAsync(path, "Range: bytes=0-9", $"If-Range: W/{reply.ETag}")).Status);
        Assert.Equal(200, (await http.Edge.AskAsync(path, "Range: bytes=0-9", $"If-Range: {reply.LastModified!.Value.AddDays(-1):R}")).Status);
    }

    [Fact]
    public async Task IfRange_ColdObjectOtherVersion_SendsTheWhole()
    {
        var reply = OriginReply.Object(28, 5000);
        var path = http.Put(reply);

        var answer = await http.Edge.AskAsync(path, "Range: bytes=0-9", "If-Range: \"other\"");

        Assert.Equal(200, answer.Status);
        Assert.Equal(reply.Body.ToArray(), answer.Body);
    }

    [Fact]
    public async Task Range_WithIfNoneMatchOfTheVersion_Is304()
    {
        var reply = OriginReply.Object(29, 5000);
        var path = http.Put(reply);
        await http.Edge.AskAsync(path);

        Assert.Equal(304, (await http.Edge.AskAsync(path, "Range: bytes=0-9", "If-None-Match: " + reply.ETag)).Status);
    }

    [Fact]
    public async Task Range_OnAnError_IsTheError()
    {
        var path = http.Put(OriginReply.Error(404));

        var answer = await http.Edge.AskAsync(path, "Range: bytes=0-2");

        Assert.Equal((404, "origin says 404"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Head_WithRange_HasNoBodyAndHarmsNothing()
    {
        // RFC 9110 section 14.2: Range is defined for GET only; a HEAD is answered as without it.
        var path = http.Put(OriginReply.Object(30, 5000));

        var head = await http.Edge.HeadAsync(path, "Range: bytes=0-9");

        Assert.Empty(head.Body);
        Assert.Contains((head.Status, head.Header("Content-Length")), ((int, string?)[])[(200, "5000"), (206, "10")]);
        Assert.Equal(5000, (await http.Edge.AskAsync(path)).Body.Length);
    }

    [Fact]
    public async Task AcceptRanges_OnAWholeAnswer_SaysBytes()
    {
        folder.Folder.WritePattern("accept.mp4", 31, 100);

        Assert.Equal("bytes", (await folder.Edge.AskAsync("/accept.mp4")).Header("Accept-Ranges"));
        Assert.Equal("bytes", (await folder.Edge.HeadAsync("/accept.mp4")).Header("Accept-Ranges"));
    }
}
