using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.TestKit.Http;
using Sluice.TestKit.Origins;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>Three servers, one Redis: what one has, all have; what one purges, nobody serves.</summary>
public sealed class NodesTests : IAsyncLifetime
{
    private NodeSet set = null!;

    public async ValueTask InitializeAsync() => set = await NodeSet.StartAsync(3, await RedisServer.StartAsync());

    public ValueTask DisposeAsync() => set.DisposeAsync();

    [Theory]
    [InlineData(200_000)]
    [InlineData(25_000_000)]
    public async Task ColdObject_AskedOnAllNodesAtOnce_IsFetchedOnce(int length)
    {
        var reply = OriginReply.Object(5, length) with { CacheControl = "max-age=600", HeadDelay = TimeSpan.FromMilliseconds(300) };
        set.Origin.On("/cold.mp4", reply);
        var answers = await Task.WhenAll(set.Nodes.Select(node => node.Edge.AskAsync("/cold.mp4")));
        var expected = new BytePattern(5).Bytes(0, length);
        Assert.All(answers, answer => Assert.Equal(expected, answer.Body));
        Assert.Single(set.Origin.CallsOf("/cold.mp4"));
        Assert.Equal(["HIT", "HIT", "MISS"], answers.Select(answer => answer.CacheStatus).Order());
    }

    [Fact]
    public async Task Range_OfAnObjectAnotherNodeHas_ComesFromTheTier()
    {
        set.Origin.On("/a.mp4", OriginReply.Object(6, 900_000) with { CacheControl = "max-age=600" });
        await set.Nodes[0].Edge.AskAsync("/a.mp4");
        Assert.True(await Eventually.HoldsAsync(async () => await NodeSet.StatisticAsync(set.Nodes[0], "sharedStored") == 1, NodeSet.Soon));
        var part = await set.Nodes[1].Edge.AskAsync("/a.mp4", "Range: bytes=300000-300099");
        Assert.Equal(206, part.Status);
        Assert.Equal(new BytePattern(6).Bytes(300_000, 100), part.Body);
        Assert.Single(set.Origin.CallsOf("/a.mp4"));
    }

    [Theory]
    [InlineData("no-store")]
    [InlineData("private")]
    [InlineData("no-cache")]
    public async Task WhatIsNotForAll_IsNotShared(string control)
    {
        set.Origin.On("/own", OriginReply.Object(7, 1000) with { CacheControl = control });
        foreach (var node in set.Nodes) Assert.Equal(200, (await node.Edge.AskAsync("/own")).Status);
        Assert.Equal(3, set.Origin.CallsOf("/own").Count);
        Assert.Equal("", await set.Redis.CliAsync("--raw", "keys", "object:*_chunk_*"));
    }

    // Row TAG-08.
    [Fact]
    public async Task Purge_ByTagOnOneNode_ReachesEveryNodeTheTierAndTheValues()
    {
        set.Origin.On("/v.mp4", OriginReply.Object(8, 5000) with { CacheControl = "max-age=600", Headers = [new("Cache-Tag", "video-derivative-mobile")] });
        set.Origin.On("/other.mp4", OriginReply.Object(9, 5000) with { CacheControl = "max-age=600", Headers = [new("Cache-Tag", "video-derivative-desktop")] });
        foreach (var path in (string[])["/v.mp4", "/other.mp4"])
        {
            await set.Nodes[0].Edge.AskAsync(path);
            Assert.True(await Eventually.HoldsAsync(async () => (await set.Redis.CliAsync("--raw", "keys", $"object:*{path}_chunk_0")).Length > 0, NodeSet.Soon));
            foreach (var node in set.Nodes) Assert.Equal("HIT", (await node.Edge.AskAsync(path)).CacheStatus);
        }

        var receipt = await PurgeAsync(set.Nodes[2], new { tag = "video-derivative-mobile" });
        Assert.Equal((3, 3, 0, 5000), (receipt["objects"]!.GetValue<int>(), receipt["nodes"]!.GetValue<int>(), receipt["silentNodes"]!.GetValue<int>(), receipt["sharedBytes"]!.GetValue<int>()));
        Assert.Equal("MISS", (await set.Nodes[0].Edge.AskAsync("/v.mp4")).CacheStatus);
        Assert.Equal(2, set.Origin.CallsOf("/v.mp4").Count);
        foreach (var node in set.Nodes) Assert.Equal("HIT", (await node.Edge.AskAsync("/other.mp4")).CacheStatus);
        Assert.Single(set.Origin.CallsOf("/other.mp4"));
        var text = await set.Nodes[1].RunAsync("purge", "--prefix", "/");
        Assert.Contains("on 3 nodes", text.Output, StringComparison.Ordinal);
    }

    // Zero stale answers after the bound: once a receipt is there, no node serves what was before.
    [Fact]
    public async Task Purges_WhileAllNodesServe_LeaveNothingStale()
    {
        var (version, floor, stale, served, silent) = (0, 0, 0, 0, 0);
        Put(0);
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 6).Select(reader => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var least = Volatile.Read(ref floor);
                var answer = await set.Nodes[reader % 3].Edge.AskAsync("/live");
                Assert.Equal(200, answer.Status);
                if (int.Parse(answer.Text, System.Globalization.CultureInfo.InvariantCulture) < least) Interlocked.Increment(ref stale);
                Interlocked.Increment(ref served);
            }
        })).ToList();
        for (var round = 1; round <= 40; round++)
        {
            Put(++version);
            var receipt = await PurgeAsync(set.Nodes[round % 3], round % 2 == 0 ? new { url = "/live" } : new { tag = "live" });
            if (receipt["nodes"]!.GetValue<int>() == 3) Volatile.Write(ref floor, version);
            else silent++;
            await Eventually.PassAsync(TimeSpan.FromMilliseconds(100));
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(0, stale);
        Assert.InRange(silent, 0, 4);
        Assert.InRange(served, 100, int.MaxValue);
        // Most are hits, or nothing would have been proven.
        Assert.InRange(set.Origin.CallsOf("/live").Count, 1, served / 2);

        void Put(int number) => set.Origin.On("/live", OriginReply.Text(number.ToString(System.Globalization.CultureInfo.InvariantCulture)) with { CacheControl = "max-age=600", Headers = [new("Cache-Tag", "live")] });
    }

    internal static async Task<JsonNode> PurgeAsync(SluiceProcess node, object purge)
    {
        using var response = await node.Api.PostAsJsonAsync(new Uri("/v1/cache/purge", UriKind.Relative), purge);
        Assert.True(response.IsSuccessStatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }
}
