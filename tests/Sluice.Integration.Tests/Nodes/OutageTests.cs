using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>Redis fails in every way it can; viewers notice nothing.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task Killed_NodesGoOnAlone_AndComeTogetherAgain()
    {
        await using var set = await NodeSet.StartAsync(2, await RedisServer.StartAsync());
        Put(set, "/a", 1);
        foreach (var node in set.Nodes) Assert.Equal(200, (await node.Edge.AskAsync("/a")).Status);
        await set.Redis.KillAsync();
        foreach (var node in set.Nodes)
        {
            Assert.True(await Eventually.HoldsAsync(async () => !await NodeSet.IsConnectedAsync(node), NodeSet.Soon));
            Assert.Equal("HIT", (await node.Edge.AskAsync("/a")).CacheStatus);
            Put(set, "/b", 2);
            Assert.Equal("MISS", (await node.Edge.AskAsync("/b")).CacheStatus);
            Assert.Equal("away", (string)(await node.ApiJsonAsync("/health/ready"))["redis"]!);
            Assert.Contains("sluice_redis_connected 0", await node.Api.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal(1, Count(node.Log, "goes on alone"));
        }

        // Purged while nobody could be told: it is told when somebody can be.
        Put(set, "/a", 3);
        var receipt = await NodesTests.PurgeAsync(set.Nodes[0], new { url = "/a" });
        Assert.Equal((1, 1), (receipt["nodes"]!.GetValue<int>(), receipt["silentNodes"]!.GetValue<int>()));
        await set.Redis.StartAgainAsync();
        foreach (var node in set.Nodes) Assert.True(await Eventually.HoldsAsync(async () => await NodeSet.IsConnectedAsync(node), NodeSet.Soon));
        Assert.True(await Eventually.HoldsAsync(async () => (await set.Nodes[1].Edge.AskAsync("/a")).Body.SequenceEqual(new BytePattern(3).Bytes(0, 1000)), NodeSet.Soon));
        Assert.True(await Eventually.HoldsAsync(async () => (await NodesTests.PurgeAsync(set.Nodes[0], new { prefix = "/" }))["nodes"]!.GetValue<int>() == 2, NodeSet.Soon));
        Assert.All(set.Nodes, node => Assert.Equal(1, Count(node.Log, "goes on alone")));
    }

    [Fact]
    public async Task Frozen_NobodyWaitsForIt()
    {
        await using var set = await NodeSet.StartAsync(2, await RedisServer.StartAsync(), environment: NodeSet.Defaults);
        set.Redis.Freeze();
        for (var i = 0; i < 8; i++)
        {
            Put(set, $"/f{i}", 1);
            var begun = TimeProvider.System.GetTimestamp();
            Assert.Equal(200, (await set.Nodes[i % 2].Edge.AskAsync($"/f{i}")).Status);
            // It never answers, and a look may take a quarter of a second; the rest is for a machine that has other things to do.
            Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        }

        set.Redis.Thaw();
        Assert.True(await Eventually.HoldsAsync(async () => (await NodesTests.PurgeAsync(set.Nodes[0], new { prefix = "/" }))["nodes"]!.GetValue<int>() == 2, NodeSet.Soon));
    }

    [Fact]
    public async Task Full_ObjectsAreServedAndPurgesReachAll()
    {
        await using var set = await NodeSet.StartAsync(2, await RedisServer.StartAsync("maxmemory 6mb", "maxmemory-policy noeviction"));
        for (var i = 0; i < 10; i++)
        {
            Put(set, $"/big{i}", 4, 2_000_000);
            foreach (var node in set.Nodes) Assert.Equal(2_000_000, (await node.Edge.AskAsync($"/big{i}")).Body.Length);
        }

        Assert.True(await Eventually.HoldsAsync(async () => await NodeSet.StatisticAsync(set.Nodes[0], "refusals") + await NodeSet.StatisticAsync(set.Nodes[1], "refusals") > 0, NodeSet.Soon));
        var receipt = await NodesTests.PurgeAsync(set.Nodes[0], new { prefix = "/" });
        Assert.Equal((2, 20), (receipt["nodes"]!.GetValue<int>(), receipt["objects"]!.GetValue<int>()));
        Assert.InRange(set.Nodes.Sum(node => Count(node.Log, "refuses to store")), 1, 2);
    }

    // Down while others purge, with what it held on disk: it catches up before it serves.
    [Fact]
    public async Task NodeDown_WhilePurged_PurgesAtItsStart()
    {
        await using var set = await NodeSet.StartAsync(2, await RedisServer.StartAsync());
        Put(set, "/a", 1);
        foreach (var node in set.Nodes) await node.Edge.AskAsync("/a");
        await NodesTests.PurgeAsync(set.Nodes[0], new { url = "/nothing" });
        await set.Nodes[1].StopAsync();
        Put(set, "/a", 2);
        await NodesTests.PurgeAsync(set.Nodes[0], new { url = "/a" });
        await set.Nodes[1].StartAsync();
        Assert.Equal(new BytePattern(2).Bytes(0, 1000), (await set.Nodes[1].Edge.AskAsync("/a")).Body);
    }

    private static void Put(NodeSet set, string path, ulong seed, int length = 1000) => set.Origin.On(path, OriginReply.Object(seed, length) with { CacheControl = "max-age=600" });

    private static int Count(string log, string text) => log.Split(text).Length - 1;
}
