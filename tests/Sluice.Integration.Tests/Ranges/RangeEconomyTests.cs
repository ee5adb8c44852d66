using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;

namespace Sluice.Integration.Tests.Ranges;

/// <summary>The figure and BEYOND 2: only the bytes that are missing are fetched, once, and of one version.</summary>
public sealed class RangeEconomyTests(HttpEdge http, FolderEdge folder) : IClassFixture<HttpEdge>, IClassFixture<FolderEdge>
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task ColdRange_OfATwoGigabyteHttpObject_FetchesAtMostTwoChunks()
    {
        const long offset = 1_610_000_000 + 12_345;
        var reply = OriginReply.Object(40, 2L << 30);
        var path = await http.PutShownAsync(reply);

        var answer = await http.Edge.AskAsync(path, $"Range: bytes={offset}-{offset + 65_535}");

        Assert.Equal((206, $"bytes {offset}-{offset + 65_535}/{2L << 30}"), (answer.Status, answer.Header("Content-Range")));
        Assert.Equal(-1, new BytePattern(40).FirstDifference(offset, answer.Body));
        Assert.InRange(http.Origin.BytesOf(path), 65_536, 2 * MiB);
    }

    [Fact]
    public async Task FirstRange_OfATwoGigabyteHttpObject_FetchesNoMoreThanWasAsked()
    {
        var path = http.Put(OriginReply.Object(47, 2L << 30), ".mp4");

        var answer = await http.Edge.AskAsync(path, "Range: bytes=1610000000-1610065535");

        Assert.Equal(206, answer.Status);
        Assert.Equal(-1, new BytePattern(47).FirstDifference(1_610_000_000, answer.Body));
        Assert.InRange(http.Origin.BytesOf(path), 65_536, 2 * MiB);
    }

    [Fact]
    public async Task ColdTail_OfATwoGigabyteHttpObject_FetchesAtMostTwoChunks()
    {
        // A player's first question to a file whose index is at its end.
        var path = await http.PutShownAsync(OriginReply.Object(41, 2L << 30));

        var answer = await http.Edge.AskAsync(path, "Range: bytes=-65536");

        Assert.Equal(206, answer.Status);
        Assert.Equal(-1, new BytePattern(41).FirstDifference((2L << 30) - 65_536, answer.Body));
        Assert.InRange(http.Origin.BytesOf(path), 65_536, 2 * MiB);
    }

    [Fact]
    public async Task ColdRange_OfATwoGigabyteFile_ReadsAndKeepsLittle()
    {
        const long offset = 1_610_000_000;
        var mark = new BytePattern(42).Bytes(0, 65_536);
        folder.Folder.WriteSparse("sparse.mp4", 2L << 30, offset, mark);
        await folder.Edge.AskAsync("/none.bin");
        var readBefore = folder.Sluice.ReadBytes;

        var answer = await folder.Edge.AskAsync("/sparse.mp4", $"Range: bytes={offset}-{offset + 65_535}");

        Assert.Equal(206, answer.Status);
        Assert.Equal(mark, answer.Body);
        // Two chunks, and room for what a process reads besides (assemblies, sockets, its index).
        Assert.InRange(folder.Sluice.ReadBytes - readBefore, 65_536, 8 * MiB);
        var hit = await folder.Edge.AskForHitAsync("/sparse.mp4", $"Range: bytes={offset + 100}-{offset + 199}");
        Assert.Equal("HIT", hit.CacheStatus);
        Assert.Equal(mark[100..200], hit.Body);
    }

    [Fact]
    public async Task RangeThenSameChunk_IsAHitWithoutAnOriginRequest()
    {
        var path = await http.PutShownAsync(OriginReply.Object(43, 10 * MiB));
        await http.Edge.AskAsync(path, "Range: bytes=3145728-3145827");
        var asked = http.Origin.CallsOf(path).Count;

        var hit = await http.Edge.AskForHitAsync(path, "Range: bytes=3200000-3200099");

        Assert.Equal((206, "HIT"), (hit.Status, hit.CacheStatus));
        Assert.Equal(asked, http.Origin.CallsOf(path).Count);
    }

    [Fact]
    public async Task WholeAfterRanges_FillsTheGapsOnlyInMergedConditionalRequests()
    {
        var reply = OriginReply.Object(44, (10 * MiB) + 77);
        var path = await http.PutShownAsync(reply);
        var shown = http.Origin.BytesOf(path);
        await http.Edge.AskAsync(path, "Range: bytes=0-99");
        await http.Edge.AskAsync(path, $"Range: bytes={4 * MiB}-{(4 * MiB) + 99}");
        var before = http.Origin.CallsOf(path).Count;

        var whole = await http.Edge.AskAsync(path);

        Assert.Equal(reply.Body.ToArray(), whole.Body);
        Assert.Equal(reply.Body.Length, http.Origin.BytesOf(path) - shown); // no byte twice
        var fills = http.Origin.CallsOf(path).Skip(before).ToArray();
        Assert.Equal(2, fills.Length); // chunks 1-3 and 5-10
        Assert.All(fills, fill =>
        {
            Assert.NotNull(fill.Header("Range"));
            Assert.True(fill.Header("If-Match") == reply.ETag || fill.Header("If-Range") == reply.ETag, $"a gap fill without its validator: {fill}");
        });
        Assert.Equal("HIT", (await http.Edge.AskAsync(path)).CacheStatus);
    }

    [Fact]
    public async Task RangesFromManyPlaces_AlwaysGiveTheObjectsBytes()
    {
        // Random seeks over one object, partly held at any moment: each answer is checked, and no byte is fetched twice.
        var pattern = new BytePattern(45);
        const int length = 12_345_678;
        var path = await http.PutShownAsync(OriginReply.Object(45, length));
        var shown = http.Origin.BytesOf(path);
        var random = new Random(45);

        for (var i = 0; i < 60; i++)
        {
            var offset = random.Next(length);
            var count = Math.Min(random.Next(1, 700_000), length - offset);
            var answer = await http.Edge.AskAsync(path, $"Range: bytes={offset}-{offset + count - 1}");
            Assert.Equal((206, count), (answer.Status, answer.Body.Length));
            Assert.Equal(-1, pattern.FirstDifference(offset, answer.Body));
        }

        Assert.InRange(http.Origin.BytesOf(path) - shown, 1, length);
    }

    [Fact]
    public async Task ConcurrentSeeks_OfOneColdObject_FetchNoByteTwice()
    {
        var pattern = new BytePattern(46);
        const int length = 16 << 20;
        var path = await http.PutShownAsync(OriginReply.Object(46, length));
        var shown = http.Origin.BytesOf(path);

        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var offset = i * 7919 * 31 % (length - 400_000);
            var answer = await http.Edge.AskAsync(path, $"Range: bytes={offset}-{offset + 399_999}");
            Assert.Equal((206, 400_000), (answer.Status, answer.Body.Length));
            Assert.Equal(-1, pattern.FirstDifference(offset, answer.Body));
        });

        Assert.InRange(http.Origin.BytesOf(path) - shown, 400_000, length);
    }
}
