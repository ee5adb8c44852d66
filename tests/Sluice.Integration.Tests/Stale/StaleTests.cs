using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Stale;

/// <summary>BEYOND 5 (RFC 5861): stale while revalidating, stale on errors, each in its window; an error never replaces a good object.</summary>
public sealed class StaleTests(HttpEdge http) : IClassFixture<HttpEdge>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    // Less than an origin that says nothing is waited for.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan PastOneSecond = TimeSpan.FromSeconds(2.1);

    [Fact]
    public async Task Swr_Expired_AnswersAtOnceAndRefreshesBehind()
    {
        var path = http.Put(OriginReply.Text("old") with { CacheControl = "max-age=1, stale-while-revalidate=60" });
        await http.Edge.AskAsync(path);
        await Eventually.PassAsync(PastOneSecond);
        var release = new TaskCompletionSource();
        http.Origin.On(path, OriginReply.Text("newer") with { HeadHeld = release.Task });

        // The origin does not answer yet, and still the viewers get theirs.
        var stale = await http.Edge.AskAsync(path).WaitAsync(AtOnce);
        var again = await http.Edge.AskAsync(path).WaitAsync(AtOnce);
        var answered = http.Origin.CallsOf(path).Count(call => call.Status == 200);
        release.SetResult();
        var fresh = await Eventually.HoldsAsync(async () => (await http.Edge.AskAsync(path)) is { CacheStatus: "HIT", Text: "newer" }, Soon);

        Assert.Equal((200, "old"), (stale.Status, stale.Text));
        Assert.Contains(stale.CacheStatus, (string[])["STALE", "UPDATING"]);
        Assert.Equal("old", again.Text);
        Assert.Equal(1, answered); // the first fill: the refresh was still waiting for its head
        Assert.True(fresh, "the refresh behind the stale answer never arrived");
        Assert.Equal(2, http.Origin.CallsOf(path).Count);
    }

    [Fact]
    public async Task Swr_RefreshStallsInItsBody_HoldsNoViewerBack()
    {
        var path = http.Put(OriginReply.Text("old") with { CacheControl = "max-age=1, stale-while-revalidate=60" });
        await http.Edge.AskAsync(path);
        await Eventually.PassAsync(PastOneSecond);
        var release = new TaskCompletionSource();
        http.Origin.On(path, OriginReply.Text("newer") with { HoldAfter = 0, Held = release.Task });
        await http.Edge.AskAsync(path);
        await Eventually.HoldsAsync(() => http.Origin.CallsOf(path)[^1].Status == 200, Soon);

        // The head of the new version is there and none of its body: within the window the old one still answers at once.
        var during = http.Edge.AskAsync(path);
        var first = await Task.WhenAny(during, Eventually.PassAsync(AtOnce));
        release.SetResult();

        Assert.Same(during, first);
        Assert.Equal("old", (await during).Text);
        // And nobody asked the origin again while the answer was on its way.
        Assert.True(await Eventually.HoldsAsync(async () => (await http.Edge.AskAsync(path)) is { CacheStatus: "HIT", Text: "newer" }, Soon));
        Assert.Equal(2, http.Origin.CallsOf(path).Count);
    }

    [Fact]
    public async Task Swr_PastItsWindow_WaitsForTheOrigin()
    {
        var path = http.Put(OriginReply.Text("old") with { CacheControl = "max-age=1, stale-while-revalidate=1" });
        await http.Edge.AskAsync(path);
        await Eventually.PassAsync(TimeSpan.FromSeconds(3.2));
        http.Origin.On(path, OriginReply.Text("newer"));

        var answer = await http.Edge.AskAsync(path);

        Assert.Equal((200, "newer", "EXPIRED"), (answer.Status, answer.Text, answer.CacheStatus));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task StaleIfError_OriginAnswers5xx_ServesTheOldObject(int status)
    {
        var path = await ExpiredAsync("max-age=1, stale-if-error=60");
        http.Origin.On(path, OriginReply.Error(status));

        var answer = await http.Edge.AskAsync(path);

        Assert.Equal((200, "good", "STALE"), (answer.Status, answer.Text, answer.CacheStatus));
    }

    [Fact]
    public async Task StaleIfError_OriginBreaksTheAnswer_ServesTheOldObject()
    {
        var path = await ExpiredAsync("max-age=1, stale-if-error=60");
        http.Origin.On(path, OriginReply.Text("good") with { ClosesInsteadOfAnswering = true });

        var answer = await http.Edge.AskAsync(path);

        Assert.Equal((200, "good", "STALE"), (answer.Status, answer.Text, answer.CacheStatus));
    }

    [Fact]
    public async Task StaleIfError_OriginDownThenBack_ServesOldThenNew()
    {
        await using var origin = FaultyOrigin.Start();
        origin.On("/a", OriginReply.Text("good") with { CacheControl = "max-age=1, stale-if-error=60" });
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);
        await sluice.Edge.AskAsync("/a");
        await Eventually.PassAsync(PastOneSecond);

        await origin.GoDownAsync();
        var down = await sluice.Edge.AskAsync("/a");
        origin.On("/a", OriginReply.Text("better"));
        origin.GoUp();
        var recovered = await Eventually.HoldsAsync(async () => (await sluice.Edge.AskAsync("/a")).Text == "better", TimeSpan.FromSeconds(30));

        Assert.Equal((200, "good", "STALE"), (down.Status, down.Text, down.CacheStatus));
        Assert.True(recovered, "the new object never came after the origin was back");
    }

    [Fact]
    public async Task MustRevalidate_OriginFails_IsAnErrorAndTheObjectIsKept()
    {
        var path = await ExpiredAsync("max-age=1, must-revalidate");
        http.Origin.Once(path, OriginReply.Error(503)).Once(path, OriginReply.Error(503)).Once(path, OriginReply.Error(503));
        http.Origin.On(path, OriginReply.Text("good"));

        var failed = await http.Edge.AskAsync(path);
        var recovered = await Eventually.HoldsAsync(async () => (await http.Edge.AskAsync(path)) is { Status: 200, Text: "good" }, TimeSpan.FromSeconds(30));

        Assert.InRange(failed.Status, 500, 504);
        Assert.True(recovered);
        // The error did not take the object's place: the last question was a revalidation, and no body was sent again.
        Assert.Equal(304, http.Origin.CallsOf(path).Last(call => call.Status != 503).Status);
    }

    [Fact]
    public async Task ServerErrorWithALifetime_WhileAGoodObjectIsHeld_DoesNotReplaceIt()
    {
        // D08: an error with max-age may be stored, but never over a good object.
        var path = await ExpiredAsync("max-age=1, stale-if-error=60");
        http.Origin.On(path, OriginReply.Error(500) with { CacheControl = "max-age=3600" });
        var during = await http.Edge.AskAsync(path);
        http.Origin.On(path, OriginReply.Text("good again"));

        var recovered = await Eventually.HoldsAsync(async () => (await http.Edge.AskAsync(path)).Text == "good again", TimeSpan.FromSeconds(30));

        Assert.Equal((200, "good"), (during.Status, during.Text));
        Assert.True(recovered, "the stored error hides the recovered origin");
    }

    [Fact]
    public async Task NotFound_AfterAGoodObjectExpired_IsTheTruthAndReplacesIt()
    {
        // 404 is an answer, not a failure (RFC 9111 section 4.3.3): the object is gone.
        var path = await ExpiredAsync("max-age=1, stale-if-error=60");
        http.Origin.On(path, OriginReply.Error(404));

        Assert.Equal(404, (await http.Edge.AskAsync(path)).Status);
    }

    [Fact]
    public async Task Restart_WithTheOriginGone_ServesHitsFromDiskAtOnce()
    {
        await using var origin = FaultyOrigin.Start();
        for (var i = 0; i < 60; i++)
            origin.On($"/o{i}", OriginReply.Object((ulong)i, 40_000 * (i % 7)));
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);
        for (var i = 0; i < 60; i++)
            await sluice.Edge.AskAsync($"/o{i}");
        await sluice.Edge.AskAsync("/o6", "Range: bytes=5-9");

        await sluice.StopAsync();
        await origin.GoDownAsync();
        await sluice.StartAsync();

        for (var i = 0; i < 60; i++)
        {
            var answer = await sluice.Edge.AskAsync($"/o{i}");
            Assert.Equal((200, "HIT", 40_000 * (i % 7)), (answer.Status, answer.CacheStatus, answer.Body.Length));
            Assert.Equal(-1, new BytePattern((ulong)i).FirstDifference(0, answer.Body));
            Assert.Equal(OriginReply.Object((ulong)i, 40_000 * (i % 7)).ETag, answer.Header("ETag"));
        }
    }

    [Fact]
    public async Task Restart_PartialObject_KeepsItsRangesAndFetchesOnlyTheRest()
    {
        await using var origin = FaultyOrigin.Start();
        var reply = OriginReply.Object(80, 5 << 20);
        origin.On("/part", reply);
        await using var sluice = await SluiceProcess.StartAsync(origin.Address);
        await sluice.Edge.AskAsync("/part", "Range: bytes=1-1"); // shows that ranges are honoured
        await sluice.Edge.AskAsync("/part", "Range: bytes=2097152-2097252");
        await sluice.Edge.AskForHitAsync("/part", "Range: bytes=2097152-2097252"); // the rest of its chunk has come
        var shown = origin.CallsOf("/part")[0].BodyBytes;

        await sluice.StopAsync();
        await sluice.StartAsync();

        Assert.Equal("HIT", (await sluice.Edge.AskAsync("/part", "Range: bytes=2097152-2097252")).CacheStatus);
        Assert.Equal(reply.Body.ToArray(), (await sluice.Edge.AskAsync("/part")).Body);
        Assert.Equal(5 << 20, origin.BytesOf("/part") - shown);
    }

    private async Task<string> ExpiredAsync(string cacheControl)
    {
        var path = http.Put(OriginReply.Text("good") with { CacheControl = cacheControl });
        Assert.Equal("good", (await http.Edge.AskAsync(path)).Text);
        await Eventually.PassAsync(PastOneSecond);
        return path;
    }
}
