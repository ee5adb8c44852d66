using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.Redis.Connections;
using Sluice.Redis.Tests.Objects;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Redis.Tests.Invalidation;

/// <summary>A cluster that is made, or loses a server, while nodes are connected to it.</summary>
public sealed class ClusterChangeTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    // As where all containers are started at once: servers first, and the cluster is made of them by a job that follows.
    [Fact]
    public async Task Made_AfterANodeStarted_IsUsed()
    {
        await using var redis = await StartAsync();
        await using var client = new RedisClient(new RedisOptions { Host = redis.Host, Port = redis.Port }, TimeProvider.System, NullLogger.Instance);
        await client.StartAsync();
        await Assert.ThrowsAsync<RedisUnavailableException>(() => client.SendAsync("k", CancellationToken.None, "GET", "k").AsTask());
        Assert.Equal("OK", await redis.CliAsync("cluster", "addslotsrange", "0", "16383"));
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            try
            {
                return !(await client.SendAsync("k", CancellationToken.None, "SET", "k", "v")).IsNull;
            }
            catch (IOException)
            {
                return false;
            }
        }, Soon), "it was never looked for");
    }

    // redis-cli --cluster del-node: the server goes on, answers, and passes on no more messages.
    [Theory]
    [InlineData(false)]
    [InlineData(true)] // whose receipts called all others silent, two seconds late, for good
    public async Task Left_ByTheServerANodeListensTo_PurgesAndAnswersReachIt(bool isItsOwn)
    {
        var bus = FreePorts.Next();
        await using var holder = await StartAsync(bus);
        await using var leaver = await StartAsync();
        Assert.Equal("OK", await holder.CliAsync("cluster", "addslotsrange", "0", "16383"));
        Assert.Equal("OK", await leaver.CliAsync("cluster", "meet", holder.Host, $"{holder.Port}", $"{bus}"));
        Assert.True(await Eventually.HoldsAsync(async () => (await leaver.CliAsync("cluster", "info")).Contains("cluster_state:ok", StringComparison.Ordinal) && (await holder.CliAsync("cluster", "info")).Contains("cluster_known_nodes:2", StringComparison.Ordinal), Soon), "the cluster did not form");
        await using var one = await TierNode.OpenAsync(holder, TimeProvider.System);
        await using var other = await TierNode.OpenAsync(leaver, TimeProvider.System);
        var (first, second) = (Store(other, "/a"), Store(other, "/b"));
        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"));
        Assert.True(await Eventually.HoldsAsync(() => first.IsDetached, Soon), "it does not hear of purges at all");

        Assert.Equal("OK", await holder.CliAsync("cluster", "forget", await leaver.CliAsync("cluster", "myid")));
        Assert.Equal("OK", await leaver.CliAsync("cluster", "reset", "soft"));
        await (isItsOwn ? other : one).Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/b"));

        Assert.True(await Eventually.HoldsAsync(() => second.IsDetached, Soon), "it was never heard of");
        Assert.True(await Eventually.HoldsAsync(async () => (await holder.CliAsync("pubsub", "numsub", "sluice.purge")).EndsWith('2'), Soon), "it listens to the server that left");
    }

    private static Task<RedisServer> StartAsync(int? bus = null) => RedisServer.StartAsync("cluster-enabled yes", $"cluster-port {bus ?? FreePorts.Next()}", "cluster-node-timeout 5000");

    private static CachedObject Store(TierNode node, string target) => node.Store(target, new ObjectMetadata
    {
        Status = 200,
        Headers = new HeaderList([new("ETag", "\"a\"")]),
        Version = new ObjectVersion("\"a\"", null, 10),
        Freshness = new ObjectFreshness { ReceivedAt = TimeProvider.System.GetUtcNow(), Lifetime = TimeSpan.FromHours(1) },
        Source = target,
    }, new byte[10]);
}
