using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;

namespace Sluice.Integration.Tests.Serving;

/// <summary>EDG-02, EDG-03, EDG-06, EDG-07, EDG-09, MTR-39, TST-13: the first request misses, the next hits, and anyone can see it.</summary>
public sealed class HitAndMissTests(HttpEdge http, FolderEdge folder) : IClassFixture<HttpEdge>, IClassFixture<FolderEdge>
{
    [Fact]
    public async Task Get_TwiceThroughHttpOrigin_MissesThenHitsWithoutAnOriginRequest()
    {
        var reply = OriginReply.Object(1, 3_000_000);
        var path = http.Put(reply, ".mp4");

        var first = await http.Edge.AskAsync(path);
        var asked = http.Origin.CallsOf(path).Count;
        var second = await http.Edge.AskAsync(path);

        Assert.Equal((200, "MISS"), (first.Status, first.CacheStatus));
        Assert.Equal((200, "HIT"), (second.Status, second.CacheStatus));
        Assert.Equal(reply.Body.ToArray(), first.Body);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal(reply.ETag, second.Header("ETag"));
        Assert.Equal(asked, http.Origin.CallsOf(path).Count);
        Assert.Equal(3_000_000, http.Origin.BytesOf(path));
    }

    [Fact]
    public async Task Get_TwiceThroughFolder_MissesThenHits()
    {
        var bytes = folder.Folder.WritePattern("twice/clip.mp4", 2, 1_500_000);

        var first = await folder.Edge.AskAsync("/twice/clip.mp4");
        var second = await folder.Edge.AskAsync("/twice/clip.mp4");

        Assert.Equal((200, "MISS"), (first.Status, first.CacheStatus));
        Assert.Equal((200, "HIT"), (second.Status, second.CacheStatus));
        Assert.Equal(bytes, first.Body);
        Assert.Equal(bytes, second.Body);
    }

    [Fact]
    public async Task Get_FolderFileGoneAfterTheFirst_StillHits()
    {
        var bytes = folder.Folder.WritePattern("gone/clip.mp4", 3, 200_000);
        await folder.Edge.AskAsync("/gone/clip.mp4");
        File.Delete(folder.Folder.FileOf("gone/clip.mp4"));

        var answer = await folder.Edge.AskAsync("/gone/clip.mp4");

        Assert.Equal("HIT", answer.CacheStatus);
        Assert.Equal(bytes, answer.Body);
    }

    [Fact]
    public async Task Head_AfterGet_HitsTheSameEntryWithTheSameHeaders()
    {
        var path = http.Put(OriginReply.Object(4, 100_000), ".mp4");
        var got = await http.Edge.AskAsync(path);
        var asked = http.Origin.CallsOf(path).Count;

        var head = await http.Edge.HeadAsync(path);

        Assert.Equal((200, "HIT"), (head.Status, head.CacheStatus));
        Assert.Empty(head.Body);
        Assert.Equal("100000", head.Header("Content-Length"));
        Assert.Equal(got.Header("ETag"), head.Header("ETag"));
        Assert.Equal(got.Header("Content-Type"), head.Header("Content-Type"));
        Assert.Equal(got.Header("Cache-Control"), head.Header("Cache-Control"));
        Assert.Equal(asked, http.Origin.CallsOf(path).Count);
    }

    [Fact]
    public async Task Head_Twice_MissesThenHits()
    {
        // The command an operator types: curl -sI URL, twice.
        var path = http.Put(OriginReply.Object(5, 100_000), ".mp4");

        var first = await http.Edge.HeadAsync(path);
        var second = await http.Edge.HeadAsync(path);

        Assert.Equal((200, "MISS", "100000"), (first.Status, first.CacheStatus, first.Header("Content-Length")));
        Assert.Equal((200, "HIT", "100000"), (second.Status, second.CacheStatus, second.Header("Content-Length")));
    }

    [Fact]
    public async Task Head_OfALargeColdObject_FetchesNoBody()
    {
        var path = http.Put(OriginReply.Object(6, 500_000_000), ".mp4");

        var head = await http.Edge.HeadAsync(path);

        Assert.Equal((200, "500000000"), (head.Status, head.Header("Content-Length")));
        Assert.InRange(http.Origin.BytesOf(path), 0, 2 * 1024 * 1024);
    }

    [Fact]
    public async Task CacheStatus_OnEveryAnswer_NamesTheOutcome()
    {
        var path = http.Put(OriginReply.Object(7, 1000));

        var answers = new[] { await http.Edge.AskAsync(path), await http.Edge.AskAsync(path), await http.Edge.HeadAsync(path), await http.Edge.AskAsync(path, "Range: bytes=0-9") };

        Assert.Equal(["MISS", "HIT", "HIT", "HIT"], answers.Select(answer => answer.CacheStatus));
        Assert.All(answers, answer => Assert.NotNull(answer.Header("Cache-Status")));
    }

    [Fact]
    public async Task Get_OriginSaysNothingOfFreshness_IsNotReused()
    {
        // An HTTP origin keeps to its own headers: no default lifetime, and no heuristic one without a date.
        var path = http.Put(OriginReply.Object(8, 1000) with { CacheControl = null, LastModified = null, ETag = null });

        await http.Edge.AskAsync(path);
        var second = await http.Edge.AskAsync(path);

        Assert.NotEqual("HIT", second.CacheStatus);
        Assert.Equal(2, http.Origin.CallsOf(path).Count);
    }

    [Theory]
    [InlineData("no-store")]
    [InlineData("private, max-age=3600")]
    public async Task Get_OriginForbidsStoring_AsksAgain(string cacheControl)
    {
        var path = http.Put(OriginReply.Object(9, 1000) with { CacheControl = cacheControl });

        await http.Edge.AskAsync(path);
        await http.Edge.AskAsync(path);

        Assert.Equal(2, http.Origin.CallsOf(path).Count);
    }

    [Fact]
    public async Task Get_ChunkedWithoutLength_IsServedWholeAndHitsNext()
    {
        // The next request may come the moment the last byte of the first has arrived, while the fetch is being
        // closed: then it follows that fetch, and Cache-Status says so. The origin is asked once either way.
        var reply = OriginReply.Object(10, 2_500_000) with { Chunked = true };
        var bytes = reply.Body.ToArray();
        for (var i = 0; i < 10; i++)
        {
            var path = http.Put(reply);

            var first = await http.Edge.AskAsync(path);
            var second = await http.Edge.AskAsync(path);

            Assert.Single(http.Origin.CallsOf(path));
            Assert.Equal(bytes, first.Body);
            Assert.Equal(bytes, second.Body);
            Assert.True(second.CacheStatus == "HIT" || second.Header("Cache-Status")!.Contains("collapsed", StringComparison.Ordinal), second.ToString());
            Assert.Equal("2500000", (await http.Edge.HeadAsync(path)).Header("Content-Length"));
        }
    }

    [Fact]
    public async Task Get_EmptyBody_MissesThenHits()
    {
        var path = http.Put(OriginReply.Object(11, 0));

        var first = await http.Edge.AskAsync(path);
        var second = await http.Edge.AskAsync(path);

        Assert.Equal((200, "MISS", "0"), (first.Status, first.CacheStatus, first.Header("Content-Length")));
        Assert.Equal((200, "HIT", "0"), (second.Status, second.CacheStatus, second.Header("Content-Length")));
    }

    [Fact]
    public async Task Get_TwoQueries_AreTwoObjects()
    {
        var path = http.Put(OriginReply.Object(12, 1000));

        await http.Edge.AskAsync(path + "?a=1");
        var other = await http.Edge.AskAsync(path + "?a=2");
        var same = await http.Edge.AskAsync(path + "?a=1");

        Assert.Equal(("MISS", "HIT"), (other.CacheStatus, same.CacheStatus));
        Assert.Equal([path + "?a=1", path + "?a=2"], http.Origin.CallsOf(path).Select(call => call.Target));
    }
}
