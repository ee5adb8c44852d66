using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Freshness;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.Redis.Connections;
using Sluice.Redis.Invalidation;
using Sluice.Redis.Protocol;
using Sluice.Redis.Tests.Objects;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Redis.Tests.Invalidation;

/// <summary>A node that is cut off while others purge, and a log of purges that is not what it was when the node is back.</summary>
public sealed class LogLossTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private RedisServer redis = null!;
    private RedisRelay relay = null!;
    private TierNode one = null!;

    public async ValueTask InitializeAsync()
    {
        redis = await RedisServer.StartAsync();
        relay = new RedisRelay(redis);
        one = await TierNode.OpenAsync(redis, TimeProvider.System, patience: 2);
    }

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await relay.DisposeAsync();
        await redis.DisposeAsync();
    }

    // Nobody had ever purged anything, so that the node's place was no place.
    [Fact]
    public async Task LostWithItsFirstPurge_WhatTheOtherHolds_IsChecked()
    {
        await using var other = await OtherAsync();
        var held = Store(other, "/a");
        relay.Cut();
        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"));
        await redis.KillAsync();
        await redis.StartAgainAsync();
        relay.Mend();
        await ChecksAsync(other, held);
    }

    [Fact]
    public async Task LostByAFlush_WhatTheOtherHolds_IsChecked()
    {
        await using var other = await OtherAsync();
        var held = Store(other, "/a");
        relay.Cut();
        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"));
        await redis.CliAsync("FLUSHALL");
        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/b"));
        relay.Mend();
        await ChecksAsync(other, held);
    }

    // Redis knows nobody after a restart. Who is back first had nobody to count until the others were, and told its purges as told to all.
    [Fact]
    public async Task LostByARestart_NodeThatIsNotBackYet_IsSilent()
    {
        await using var other = await OtherAsync();
        relay.Cut();
        await redis.KillAsync();
        await redis.StartAgainAsync();
        Assert.True(await Eventually.HoldsAsync(async () => await redis.CliAsync("ZCARD", "sluice.nodes") == "1", Soon));

        var receipt = await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"));

        Assert.Equal((1, 1), (receipt.Nodes, receipt.SilentNodes));
        relay.Mend();
        Assert.True(await Eventually.HoldsAsync(async () => (await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"))).Nodes == 2, Soon));
    }

    // A replica that had not heard of the last purge takes over, or a snapshot is read again.
    [Fact]
    public async Task OlderCopy_WhatTheOtherHolds_IsChecked()
    {
        await using var other = await OtherAsync();
        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/first"));
        var held = Store(other, "/a");
        relay.Cut();
        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"));
        var last = (await redis.CliAsync("--raw", "XREVRANGE", "sluice.purges", "+", "-", "COUNT", "1")).Split('\n')[0].Trim();
        Assert.Equal("1", await redis.CliAsync("XDEL", "sluice.purges", last));
        await redis.CliAsync("CLIENT", "KILL", "TYPE", "normal");
        await redis.CliAsync("CLIENT", "KILL", "TYPE", "pubsub");
        relay.Mend();
        await ChecksAsync(other, held);
    }

    [Fact]
    public async Task BeganAlone_WhatItHoldsByTheTimeItJoins_IsChecked()
    {
        relay.Cut();
        await using var node = new RedisNode(Options(relay.Address), TimeProvider.System, NullLoggerFactory.Instance);
        await using var cache = ObjectCache.Open(new ObjectCacheOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        node.Join(cache, null, null);
        await node.StartAsync();
        await using var other = new TierNode(node, cache);
        var held = Store(other, "/a");
        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"));
        relay.Mend();
        await ChecksAsync(other, held);
    }

    // As with a wrong password: it has seen nobody, and told nobody.
    [Fact]
    public async Task BeganAlone_ItsPurge_IsNotSaidToBeToldToAll()
    {
        relay.Cut();
        await using var node = new RedisNode(Options(relay.Address), TimeProvider.System, NullLoggerFactory.Instance);
        await using var cache = ObjectCache.Open(new ObjectCacheOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        node.Join(cache, null, null);
        await node.StartAsync();

        var receipt = await cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"));

        Assert.Equal((1, 1), (receipt.Nodes, receipt.SilentNodes));
    }

    [Fact]
    public async Task Flowing_AfterAnInterruption_NothingIsChecked()
    {
        await using var other = await OtherAsync();
        var (kept, purged) = (Store(other, "/a"), Store(other, "/b"));
        relay.Cut();
        Assert.True(await Eventually.HoldsAsync(() => !other.Node.GetStatistics().Listening, Soon));
        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/b"));
        relay.Mend();
        Assert.True(await Eventually.HoldsAsync(() => purged.IsDetached, Soon));
        Assert.Equal(TimeSpan.FromHours(1), kept.Metadata.Freshness.Lifetime);
    }

    // The connection for commands is there again before the one for messages: what this node purges itself then comes after what it has not heard of.
    [Fact]
    public async Task Missed_BeforeAPurgeOfItsOwn_IsCarriedOut()
    {
        var done = new ConcurrentQueue<string>();
        await using var client = new RedisClient(Options(redis.Address), TimeProvider.System, NullLogger.Instance);
        var pushes = new RedisPushes(client);
        await using var nodes = new RedisNodes(client);
        await using var purges = new RedisPurges(client, nodes, pushes, (purge, _) =>
        {
            done.Enqueue(purge.Value);
            return Task.FromResult(new PurgeReceipt());
        }, NullLogger.Instance);
        await client.StartAsync();
        purges.Start();
        await pushes.StartAsync(CancellationToken.None);
        await purges.CaughtUp.WaitAsync(Soon, TimeProvider.System);
        await pushes.DisposeAsync();
        await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/missed"));
        // Longer ago than what is done again in any case.
        await Eventually.PassAsync(TimeSpan.FromSeconds(11));
        await purges.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/own"), CancellationToken.None);
        // As when it is back.
        pushes.Joined!();
        Assert.True(await Eventually.HoldsAsync(() => done.Contains("/missed"), TimeSpan.FromSeconds(10)), "it was never heard of");
    }

    // A replica for a while, or one that cannot write its snapshot: it refuses, and no connection ends.
    [Fact]
    public async Task Refused_ForAWhile_IsToldAfterwards()
    {
        await using var other = await OtherAsync();
        var held = Store(other, "/a");
        await redis.CliAsync("REPLICAOF", "127.0.0.1", "1");
        Assert.Equal(1, (await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"))).Nodes);
        await redis.CliAsync("REPLICAOF", "NO", "ONE");
        Assert.True(await Eventually.HoldsAsync(() => held.IsDetached, TimeSpan.FromSeconds(20)), "it was never told");
    }

    // A planned failover: the old primary goes on as a replica, its connections open, and its name leads to the new one.
    [Fact]
    public async Task Demoted_WhileItsNameLeadsToAnother_PurgesReachThoseThere()
    {
        await using var other = await OtherAsync();
        await using var promoted = await RedisServer.StartAsync();
        await redis.CliAsync("REPLICAOF", promoted.Host, $"{promoted.Port}");
        relay.LeadTo(promoted);
        await using var there = await TierNode.OpenAsync(promoted, TimeProvider.System, patience: 2);
        var held = Store(there, "/a");
        await other.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, "/a"));
        Assert.True(await Eventually.HoldsAsync(() => held.IsDetached, TimeSpan.FromSeconds(20)), "it was never told");
        Assert.True(await Eventually.HoldsAsync(() => other.Node.GetStatistics() is { Listening: true, OtherNodes: 1 }, TimeSpan.FromSeconds(20)), $"{other.Node.GetStatistics()}");
    }

    // As with the address that a service has for readers: it stays a replica, and each look for the primary is a connection.
    [Fact]
    public async Task Demoted_ForLong_IsNotAskedForItsPrimaryAtEachWrite()
    {
        await using var client = new RedisClient(Options(redis.Address), TimeProvider.System, NullLogger.Instance);
        await client.StartAsync();
        await redis.CliAsync("REPLICAOF", "127.0.0.1", "1");
        var before = await ConnectionsAsync();

        for (var i = 0; i < 200; i++)
            Assert.Equal("READONLY", (await Assert.ThrowsAsync<RedisErrorException>(() => client.RunAsync(new RedisScript("return redis.call('SET', KEYS[1], 'x')"), ["k"], CancellationToken.None).AsTask())).Code);

        Assert.InRange(await ConnectionsAsync() - before, 1, 50);

        async Task<int> ConnectionsAsync() =>
            int.Parse((await redis.CliAsync("INFO", "stats")).Split("total_connections_received:")[1].Split('\r', '\n')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    // As on a full disk: the first of what was missed cannot be done at once, and the others must not be forgotten over it.
    [Fact]
    public async Task Missed_TheFirstFails_AllAreCarriedOut()
    {
        foreach (var value in (string[])["/seen", "/1", "/2", "/3"]) await one.Cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, value));
        var seen = (await redis.CliAsync("--raw", "XRANGE", "sluice.purges", "-", "+")).Split('\n').Select(line => line.Trim()).Where(line => LogPlace.Parse(line) != LogPlace.Start).ToList()[^4];
        await using var client = new RedisClient(Options(redis.Address), TimeProvider.System, NullLogger.Instance);
        var pushes = new RedisPushes(client);
        await using var nodes = new RedisNodes(client);
        var done = new ConcurrentQueue<string>();
        var failures = 0;
        await using var purges = new RedisPurges(client, nodes, pushes, (purge, _) =>
        {
            if (failures++ == 0) throw new IOException("no space left");
            done.Enqueue(purge.Value);
            return Task.FromResult(new PurgeReceipt());
        }, NullLogger.Instance);
        purges.StartAt(LogPlace.Parse(seen));
        await client.StartAsync();
        purges.Start();
        await pushes.StartAsync(CancellationToken.None);
        await purges.CaughtUp.WaitAsync(Soon, TimeProvider.System);
        Assert.Equal(["/1", "/2", "/3"], done.Where(value => value != "/seen"));
        await pushes.DisposeAsync();
    }

    // Thousands of purges a second are told by POSTs: one after the other, each with its answer on the way, they would come later and later.
    [Fact]
    public async Task Answer_UnderWay_HoldsUpNoPurge()
    {
        var done = new ConcurrentQueue<string>();
        var options = Options(redis.Address) with { CommandTimeout = TimeSpan.FromMinutes(5) };
        await using var client = new RedisClient(options, TimeProvider.System, NullLogger.Instance);
        await using var pushes = new RedisPushes(client);
        await using var nodes = new RedisNodes(client);
        await using var purges = new RedisPurges(client, nodes, pushes, (purge, _) =>
        {
            done.Enqueue(purge.Value);
            return Task.FromResult(new PurgeReceipt());
        }, NullLogger.Instance);
        await client.StartAsync();
        purges.Start();
        await pushes.StartAsync(CancellationToken.None);
        await purges.CaughtUp.WaitAsync(Soon, TimeProvider.System);

        // Nobody's answers are taken from the moment on that these are told.
        await redis.CliLinesAsync("MULTI", Told("/1"), Told("/2"), Told("/3"), "CLIENT PAUSE 60000 WRITE", "EXEC");

        Assert.True(await Eventually.HoldsAsync(() => done.Count == 3, TimeSpan.FromSeconds(20)), $"done: {string.Join(' ', done)}");
        await redis.CliAsync("CLIENT", "UNPAUSE");

        string Told(string url) => $"PUBLISH {options.Channel("sluice.purge")} \"\\n{Encoding.UTF8.GetString(new PurgeMessage("other", 1, new PurgeRequest(PurgeKind.Url, url)).ToJson()).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    private async Task<TierNode> OtherAsync()
    {
        var node = new RedisNode(Options(relay.Address), TimeProvider.System, NullLoggerFactory.Instance);
        var cache = ObjectCache.Open(new ObjectCacheOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        node.Join(cache, null, null);
        await node.StartAsync();
        Assert.True(await Eventually.HoldsAsync(() => one.Node.GetStatistics().OtherNodes == 1 && node.GetStatistics() is { Listening: true, OtherNodes: 1 }, Soon));
        return new TierNode(node, cache);
    }

    private static RedisOptions Options(string address) => new()
    {
        Host = address.Split(':')[0],
        Port = int.Parse(address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture),
        CommandTimeout = TimeSpan.FromSeconds(2),
        PurgeTimeout = TimeSpan.FromSeconds(1),
        MaximumPause = TimeSpan.FromMilliseconds(500),
    };

    private static async Task ChecksAsync(TierNode node, CachedObject held) =>
        Assert.True(await Eventually.HoldsAsync(() => held.IsDetached || held.Metadata.Freshness.Lifetime == TimeSpan.Zero, TimeSpan.FromSeconds(20)), $"it is held as before: {node.Node.GetStatistics()}");

    private static CachedObject Store(TierNode node, string target) => node.Store(target, new ObjectMetadata
    {
        Status = 200,
        Headers = new HeaderList([new("ETag", "\"a\"")]),
        Version = new ObjectVersion("\"a\"", null, 10),
        Freshness = new ObjectFreshness { ReceivedAt = TimeProvider.System.GetUtcNow(), Lifetime = TimeSpan.FromHours(1) },
        Source = target,
    }, new byte[10]);
}
