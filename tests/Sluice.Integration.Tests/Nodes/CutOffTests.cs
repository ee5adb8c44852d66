using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>Redis is there, but does not answer any more, or late.</summary>
public sealed class CutOffTests
{
    [Fact]
    public async Task CutOff_NodesGoOnAlone_AndNothingStaleOutlivesTheGap()
    {
        await using var redis = await CuttableRedis.StartAsync();
        await using var set = await NodeSet.StartAsync(2, redis.Redis, environment: NodeSet.Defaults, address: redis.Address);
        Put(set, "/a", 1);
        foreach (var node in set.Nodes) Assert.Equal(200, (await node.Edge.AskAsync("/a")).Status);

        redis.Cut();
        Put(set, "/b", 2);
        // The first that finds out waits for a look, nobody for more.
        foreach (var node in set.Nodes) Assert.Equal((200, "MISS"), await OutcomeAsync(node, "/b"));
        foreach (var node in set.Nodes)
        {
            Assert.True(await Eventually.HoldsAsync(async () => !await NodeSet.IsConnectedAsync(node), NodeSet.Soon), node.Log);
            Assert.Equal((200, "HIT"), await OutcomeAsync(node, "/a"));
            Assert.Equal("away", (string)(await node.ApiJsonAsync("/health/ready"))["redis"]!);
        }

        // The other cannot be told now, but is when it can be.
        Put(set, "/a", 3);
        var receipt = await NodesTests.PurgeAsync(set.Nodes[0], new { url = "/a" });
        Assert.Equal(1, receipt["nodes"]!.GetValue<int>());
        redis.Mend();
        foreach (var node in set.Nodes) Assert.True(await Eventually.HoldsAsync(async () => await NodeSet.IsConnectedAsync(node), NodeSet.Soon), node.Log);
        Assert.True(await Eventually.HoldsAsync(async () => (await set.Nodes[1].Edge.AskAsync("/a")).Body.SequenceEqual(new BytePattern(3).Bytes(0, 1000)), NodeSet.Soon));
        Assert.True(await Eventually.HoldsAsync(async () => (await NodesTests.PurgeAsync(set.Nodes[0], new { prefix = "/" }))["nodes"]!.GetValue<int>() == 2, NodeSet.Soon));
        // One warning for the cut. A machine that stands still for a second makes a gap of its own, which has one too.
        Assert.All(set.Nodes, node => Assert.InRange(node.Log.Split("goes on alone").Length, 2, 3));
    }

    [Fact]
    public async Task Slow_ViewersAreServed_AndSharingReturnsWithSpeed()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var relay = new RedisRelay(redis);
        await using var set = await NodeSet.StartAsync(2, redis, environment: NodeSet.Defaults, address: relay.Address);
        // Beyond the quarter of a second that a look may take.
        relay.Delay = TimeSpan.FromMilliseconds(600);
        for (var i = 0; i < 6; i++)
        {
            Put(set, $"/slow{i}", 1);
            Assert.Equal(200, (await set.Nodes[i % 2].Edge.AskAsync($"/slow{i}")).Status);
            Assert.Equal((200, "HIT"), await OutcomeAsync(set.Nodes[i % 2], $"/slow{i}"));
        }

        relay.Delay = TimeSpan.Zero;
        var (number, isShared) = (0, false);
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            var path = $"/again{number++}";
            Put(set, path, 2);
            await set.Nodes[0].Edge.AskAsync(path);
            isShared = await Eventually.HoldsAsync(async () => (await redis.CliAsync("--raw", "keys", $"object:*{path}")).Length > 0, TimeSpan.FromSeconds(2));
            return isShared && (await OutcomeAsync(set.Nodes[1], path)).Outcome == "HIT";
        }, NodeSet.Soon));
        Assert.True(await Eventually.HoldsAsync(async () => (await NodesTests.PurgeAsync(set.Nodes[0], new { prefix = "/" }))["nodes"]!.GetValue<int>() == 2, NodeSet.Soon));
    }

    private static async Task<(int Status, string? Outcome)> OutcomeAsync(SluiceProcess node, string path)
    {
        var answer = await node.Edge.AskAsync(path);
        return (answer.Status, answer.CacheStatus);
    }

    private static void Put(NodeSet set, string path, ulong seed) => set.Origin.On(path, OriginReply.Object(seed, 1000) with { CacheControl = "max-age=600" });
}
