using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Serving;

/// <summary>Conditions (RFC 9110 section 13), Age and Vary (RFC 9111 sections 4.1, 4.2.3 and 5.1), revalidation by 304.</summary>
public sealed class ConditionalTests(HttpEdge http, FolderEdge folder) : IClassFixture<HttpEdge>, IClassFixture<FolderEdge>
{
    [Fact]
    public async Task IfNoneMatch_HeldVersion_Is304WithItsTag()
    {
        var reply = OriginReply.Object(1, 5000);
        var path = http.Put(reply);
        await http.Edge.AskAsync(path);

        var answers = new[]
        {
            await http.Edge.AskAsync(path, "If-None-Match: " + reply.ETag),
            await http.Edge.AskAsync(path, $"If-None-Match: \"x\", W/{reply.ETag}"),
            await http.Edge.AskAsync(path, "If-None-Match: *"),
            await http.Edge.HeadAsync(path, "If-None-Match: " + reply.ETag),
        };

        Assert.All(answers, answer =>
        {
            Assert.Equal((304, 0), (answer.Status, answer.Body.Length));
            Assert.Equal(reply.ETag, answer.Header("ETag"));
            Assert.Equal(reply.CacheControl, answer.Header("Cache-Control"));
        });
        Assert.Single(http.Origin.CallsOf(path));
    }

    [Fact]
    public async Task IfNoneMatch_OtherVersion_Is200()
    {
        var path = http.Put(OriginReply.Object(2, 5000));
        await http.Edge.AskAsync(path);

        var answer = await http.Edge.AskAsync(path, "If-None-Match: \"other\"");

        Assert.Equal((200, "HIT", 5000), (answer.Status, answer.CacheStatus, answer.Body.Length));
    }

    [Fact]
    public async Task IfNoneMatch_ColdObject_Is304AndWhatFollowsIsRight()
    {
        var reply = OriginReply.Object(3, 5000);
        var path = http.Put(reply);

        var answer = await http.Edge.AskAsync(path, "If-None-Match: " + reply.ETag);
        var whole = await http.Edge.AskAsync(path);

        Assert.Equal((304, 200), (answer.Status, whole.Status));
        Assert.Equal(reply.Body.ToArray(), whole.Body);
    }

    [Fact]
    public async Task IfModifiedSince_NotModified_Is304()
    {
        var reply = OriginReply.Object(4, 5000);
        var path = http.Put(reply);
        await http.Edge.AskAsync(path);

        Assert.Equal(304, (await http.Edge.AskAsync(path, $"If-Modified-Since: {reply.LastModified:R}")).Status);
        Assert.Equal(200, (await http.Edge.AskAsync(path, $"If-Modified-Since: {reply.LastModified!.Value.AddSeconds(-1):R}")).Status);
        Assert.Equal(200, (await http.Edge.AskAsync(path, $"If-Modified-Since: {reply.LastModified:R}", "If-None-Match: \"other\"")).Status);
    }

    [Fact]
    public async Task IfMatch_OtherVersion_Is412()
    {
        var reply = OriginReply.Object(5, 5000);
        var path = http.Put(reply);
        await http.Edge.AskAsync(path);

        Assert.Equal(412, (await http.Edge.AskAsync(path, "If-Match: \"other\"")).Status);
        Assert.Equal(200, (await http.Edge.AskAsync(path, "If-Match: " + reply.ETag)).Status);
        Assert.Equal(412, (await http.Edge.AskAsync(path, $"If-Unmodified-Since: {reply.LastModified!.Value.AddDays(-1):R}")).Status);
        Assert.Equal(200, (await http.Edge.AskAsync(path, $"If-Unmodified-Since: {reply.LastModified:R}")).Status);
    }

    [Fact]
    public async Task Folder_ConditionOnItsOwnTag_Is304()
    {
        folder.Folder.WritePattern("conditional/a.mp4", 6, 5000);
        var first = await folder.Edge.AskAsync("/conditional/a.mp4");

        var tag = first.Header("ETag");
        Assert.StartsWith("\"", tag, StringComparison.Ordinal); // strong: bytes of one version only
        Assert.NotNull(first.Header("Last-Modified"));
        Assert.Equal(304, (await folder.Edge.AskAsync("/conditional/a.mp4", "If-None-Match: " + tag)).Status);
    }

    [Fact]
    public async Task Age_Hit_GrowsFromWhatTheOriginSaid()
    {
        var path = http.Put(OriginReply.Object(7, 500) with { Headers = [new("Age", "100")] });
        var miss = await http.Edge.AskAsync(path);
        await Eventually.PassAsync(TimeSpan.FromSeconds(1.5));

        var hit = await http.Edge.AskAsync(path);

        Assert.Equal("MISS", miss.CacheStatus);
        Assert.Equal("HIT", hit.CacheStatus);
        Assert.InRange(hit.Age!.Value, 101, 130);
    }

    [Fact]
    public async Task Age_FreshHit_IsAlwaysSent()
    {
        folder.Folder.Write("age/a.ts", "x");
        await folder.Edge.AskAsync("/age/a.ts");

        Assert.InRange((await folder.Edge.AskAsync("/age/a.ts")).Age!.Value, 0, 30);
    }

    [Fact]
    public async Task Vary_TwoLanguages_AreKeptApart()
    {
        var english = OriginReply.Text("hello") with { Headers = [new("Vary", "Accept-Language")], ETag = "\"en\"" };
        var german = OriginReply.Text("hallo") with { Headers = [new("Vary", "Accept-Language")], ETag = "\"de\"" };
        var path = HttpEdge.Unique();
        http.Origin.Once(path, english).Once(path, german);

        var first = await http.Edge.AskAsync(path, "Accept-Language: en");
        var second = await http.Edge.AskAsync(path, "Accept-Language: de");
        var third = await http.Edge.AskAsync(path, "Accept-Language: en");
        var fourth = await http.Edge.AskAsync(path, "Accept-Language: de");

        Assert.Equal(["hello", "hallo", "hello", "hallo"], new[] { first, second, third, fourth }.Select(answer => answer.Text));
        Assert.Equal(["MISS", "MISS", "HIT", "HIT"], new[] { first, second, third, fourth }.Select(answer => answer.CacheStatus));
    }

    [Fact]
    public async Task Vary_Star_IsNeverReused()
    {
        var path = http.Put(OriginReply.Object(8, 500) with { Headers = [new("Vary", "*")] });

        await http.Edge.AskAsync(path);
        var second = await http.Edge.AskAsync(path);

        Assert.NotEqual("HIT", second.CacheStatus);
        Assert.Equal(2, http.Origin.CallsOf(path).Count);
    }

    [Fact]
    public async Task Expired_OriginSays304_KeepsTheBodyAndIsFreshAgain()
    {
        var reply = OriginReply.Object(9, 2_500_000) with { CacheControl = "max-age=1" };
        var path = http.Put(reply);
        await http.Edge.AskAsync(path);
        await Eventually.PassAsync(TimeSpan.FromSeconds(2.1));
        http.Origin.On(path, reply with { CacheControl = "max-age=3600" });

        var renewed = await http.Edge.AskAsync(path);
        var after = await http.Edge.AskAsync(path);

        Assert.Equal((200, "REVALIDATED"), (renewed.Status, renewed.CacheStatus));
        Assert.Equal((200, "HIT"), (after.Status, after.CacheStatus));
        Assert.Equal(reply.Body.ToArray(), renewed.Body);
        Assert.Equal("max-age=3600", after.Header("Cache-Control"));
        Assert.Equal([200, 304], http.Origin.CallsOf(path).Select(call => call.Status));
        Assert.Equal(2_500_000, http.Origin.BytesOf(path));
    }

    [Fact]
    public async Task Expired_OriginHasAnotherVersion_ServesTheNewOne()
    {
        // EDG-12 in small: a replaced manifest is not served past its lifetime.
        var path = http.Put(OriginReply.Text("first manifest") with { CacheControl = "max-age=1" }, ".m3u8");
        await http.Edge.AskAsync(path);
        http.Origin.On(path, OriginReply.Text("the second one"));
        await Eventually.PassAsync(TimeSpan.FromSeconds(2.1));

        var answer = await http.Edge.AskAsync(path);

        Assert.Equal((200, "EXPIRED", "the second one"), (answer.Status, answer.CacheStatus, answer.Text));
        Assert.Equal("HIT", (await http.Edge.AskAsync(path)).CacheStatus);
    }
}
