using Sluice.Integration.Tests.Video;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>What one node has made, all have; and who stood still meanwhile does not put back what is old.</summary>
public sealed class SharedWorkTests(VideoEdge video) : IClassFixture<VideoEdge>
{
    private Dictionary<string, string> Variables => new() { ["PATH"] = video.CountingPath };

    [Fact]
    public async Task Variant_MadeOnOneNode_IsAHitOnTheOthers()
    {
        await using var set = await NodeSet.StartAsync(3, await RedisServer.StartAsync(), video.Folder.Path, Variables);
        var before = video.Runs;
        const string path = "/square.mp4?width=160&duration=2s";
        var made = await set.Nodes[0].Edge.AskAsync(path);
        Assert.Equal((200, "MISS"), (made.Status, made.CacheStatus));
        Assert.True(await Eventually.HoldsAsync(async () => (await set.Redis.CliAsync("--raw", "keys", "object:*:w=160:*_chunk_0")).Length > 0, NodeSet.Soon), set.Nodes[0].Log);
        foreach (var node in set.Nodes.Skip(1))
        {
            var answer = await node.Edge.AskAsync(path);
            Assert.Equal((200, "HIT"), (answer.Status, answer.CacheStatus));
            Assert.Equal(made.Body, answer.Body);
        }

        Assert.Equal(1, video.Runs - before);
    }

    // A turn is for five seconds from its last renewal, which a machine that is busy enough may miss: then another makes it too, and serves it. One in five is enough to show that turns are taken.
    [Fact]
    public async Task Variant_AskedOnAllNodesAtOnce_IsMadeOnce()
    {
        var variables = new Dictionary<string, string>(Variables) { ["SLUICE__Redis__Objects__Timeout"] = "2m" };
        await using var set = await NodeSet.StartAsync(3, await RedisServer.StartAsync(), video.Folder.Path, variables);
        var fewest = int.MaxValue;
        for (var i = 0; i < 5 && fewest > 1; i++)
        {
            var before = video.Runs;
            var answers = await Task.WhenAll(set.Nodes.Select(node => node.Edge.AskAsync($"/square.mp4?width={200 + (i * 2)}&duration=1s")));
            Assert.All(answers, answer => Assert.Equal(200, answer.Status));
            fewest = Math.Min(fewest, video.Runs - before);
            if (fewest == 1) Assert.All(answers, answer => Assert.Equal(answers[0].Body, answer.Body));
        }

        Assert.Equal(1, fewest);
    }

    // Stopped in the middle of its turn, as a machine that is moved: the turn goes to another, and what the first still brings is not taken.
    [Fact]
    public async Task Node_StoppedDuringItsTurn_DoesNotOverwriteNewerWork()
    {
        await using var set = await NodeSet.StartAsync(3, await RedisServer.StartAsync());
        var gate = new TaskCompletionSource();
        set.Origin.Once("/x", OriginReply.Object(1, 300_000) with { CacheControl = "max-age=600", HoldAfter = 1000, Held = gate.Task });
        set.Origin.On("/x", OriginReply.Object(2, 300_000) with { CacheControl = "max-age=600" });
        using var patient = new HttpClient { BaseAddress = set.Nodes[0].EdgeAddress, Timeout = TimeSpan.FromMinutes(5) };
        var late = AskLateAsync(patient);
        Assert.True(await Eventually.HoldsAsync(() => set.Origin.CallsOf("/x").Count == 1, NodeSet.Soon));
        set.Nodes[0].Freeze();

        var answer = await set.Nodes[1].Edge.AskAsync("/x");
        var newer = new BytePattern(2).Bytes(0, 300_000);
        Assert.Equal(newer, answer.Body);
        Assert.True(await Eventually.HoldsAsync(async () => await NodeSet.StatisticAsync(set.Nodes[1], "sharedStored") == 1, NodeSet.Soon));

        gate.SetResult();
        set.Nodes[0].Thaw();
        await late;
        // What it begins after that has come through: so has, or will not, what it was about to store.
        set.Origin.On("/y", OriginReply.Object(3, 300_000) with { CacheControl = "max-age=600" });
        await set.Nodes[0].Edge.AskAsync("/y");
        Assert.True(await Eventually.HoldsAsync(async () => await NodeSet.StatisticAsync(set.Nodes[0], "sharedStored") >= 1, NodeSet.Soon), set.Nodes[0].Log);
        Assert.Equal(1, await NodeSet.StatisticAsync(set.Nodes[0], "sharedStored"));
        Assert.Equal(newer, (await set.Nodes[2].Edge.AskAsync("/x")).Body);
        Assert.Equal(2, set.Origin.CallsOf("/x").Count);
    }

    // Whether it gets its old answer depends on how long it stood still.
    private static async Task AskLateAsync(HttpClient client)
    {
        try
        {
            await client.AskAsync("/x");
        }
        catch (HttpRequestException)
        {
        }
    }
}
