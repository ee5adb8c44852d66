using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Redis.Connections;
using Sluice.Redis.KeyValue;
using Sluice.Redis.Tests.KeyValue;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Redis.Tests.Connections;

/// <summary>A slot moves from one node of a cluster to another, key by key, while it is used: ASK for the keys that have gone, MOVED once all have.</summary>
public sealed class SlotMigrationTests(ClusteredRedis redis) : IClassFixture<ClusteredRedis>
{
    [Fact]
    public async Task Keys_OfAMovingSlot_AreFoundAtEveryStep()
    {
        await using var client = await OpenAsync();
        var slot = HashSlot.Of("{moving}");
        for (var i = 0; i < 40; i++) await client.SendAsync($"{{moving}}{i}", CancellationToken.None, "SET", $"{{moving}}{i}", i);
        var (from, to) = await EndsAsync(slot);
        await BeginAsync(slot, from, to);
        foreach (var key in (await from.CliAsync("--raw", "cluster", "getkeysinslot", $"{slot}", "100")).Split('\n'))
        {
            await MoveAsync(from, to, key);
            for (var i = 0; i < 40; i += 7) Assert.Equal(i, (await client.SendAsync($"{{moving}}{i}", CancellationToken.None, "GET", $"{{moving}}{i}")).AsInteger());
        }

        // New ones go to the new owner, who has been told of no such slot yet.
        await client.SendAsync("{moving}new", CancellationToken.None, "SET", "{moving}new", 100);
        Assert.Equal("1", (await to.CliLinesAsync("ASKING", "EXISTS {moving}new")).Split('\n')[^1]);
        await EndAsync(slot, to);
        for (var i = 0; i < 40; i++) Assert.Equal(i, (await client.SendAsync($"{{moving}}{i}", CancellationToken.None, "GET", $"{{moving}}{i}")).AsInteger());
    }

    // Scripts touch several keys, which may be in two places for a moment: refused then, or done, but never half done and told as done.
    [Fact]
    public async Task Namespace_OfAMovingSlot_KeepsWhatItSaidItStored()
    {
        await using var client = await OpenAsync();
        var store = new RedisKeyValueStores(client, null, TimeProvider.System).Open("moving-space");
        var stored = new Dictionary<string, int>();
        var slot = HashSlot.Of("{moving-space}");
        for (var i = 0; i < 30; i++) await StoreAsync(i);
        var (from, to) = await EndsAsync(slot);
        await BeginAsync(slot, from, to);
        var (step, refused) = (100, 0);
        while ((await from.CliAsync("--raw", "cluster", "getkeysinslot", $"{slot}", "1")) is { Length: > 0 } key)
        {
            await MoveAsync(from, to, key);
            try
            {
                await StoreAsync(step++);
            }
            catch (IOException)
            {
                refused++;
            }
        }

        await EndAsync(slot, to);
        // Whatever was in the way, the slot has one owner again.
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await StoreAsync(step++);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }, TimeSpan.FromSeconds(30)));
        foreach (var (name, value) in stored) Assert.Equal(value, BitConverter.ToInt32((await store.GetAsync(name))!.Value.Span));
        Assert.InRange(refused, 0, step - 100);

        async Task StoreAsync(int value)
        {
            await store.SetAsync($"k{value}", BitConverter.GetBytes(value), default);
            stored[$"k{value}"] = value;
        }
    }

    private async Task<RedisClient> OpenAsync()
    {
        var client = new RedisClient(new RedisOptions { Host = "127.0.0.1", Port = redis.Cluster.Nodes[0].Port, CommandTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System, NullLogger.Instance);
        await client.StartAsync();
        Assert.True(client.IsCluster, client.Reason);
        return client;
    }

    private async Task<(RedisServer From, RedisServer To)> EndsAsync(int slot)
    {
        var (first, owner) = (redis.Cluster.Nodes[0], "");
        foreach (var line in (await first.CliAsync("cluster", "nodes")).Split('\n'))
        {
            var words = line.Split(' ');
            foreach (var range in words.Skip(8).Where(word => !word.StartsWith('[')))
            {
                var ends = range.Split('-').Select(int.Parse).ToArray();
                if (ends[0] <= slot && slot <= ends[^1]) owner = words[1].Split('@')[0];
            }
        }

        return (redis.Cluster.Nodes.Single(node => node.Address == owner), redis.Cluster.Nodes.First(node => node.Address != owner));
    }

    private static async Task BeginAsync(int slot, RedisServer from, RedisServer to)
    {
        Assert.Equal("OK", await to.CliAsync("cluster", "setslot", $"{slot}", "importing", await from.CliAsync("cluster", "myid")));
        Assert.Equal("OK", await from.CliAsync("cluster", "setslot", $"{slot}", "migrating", await to.CliAsync("cluster", "myid")));
    }

    private static async Task MoveAsync(RedisServer from, RedisServer to, string key) =>
        Assert.Equal("OK", await from.CliAsync("migrate", to.Host, $"{to.Port}", key, "0", "20000"));

    private async Task EndAsync(int slot, RedisServer to)
    {
        var owner = await to.CliAsync("cluster", "myid");
        foreach (var node in redis.Cluster.Nodes.OrderBy(node => node != to)) Assert.Equal("OK", await node.CliAsync("cluster", "setslot", $"{slot}", "node", owner));
    }
}
