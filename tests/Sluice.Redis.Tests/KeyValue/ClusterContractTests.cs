using Sluice.Core.KeyValue;
using Sluice.Redis.KeyValue;

namespace Sluice.Redis.Tests.KeyValue;

public sealed class ClusterContractTests(ClusteredRedis redis) : RedisKeyValueStoreTests, IClassFixture<ClusteredRedis>
{
    protected override RedisOptions Server => new() { Host = "127.0.0.1", Port = redis.Cluster.Nodes[0].Port };

    // SCAN sees one node only: here the index itself is compared.
    protected override async Task CheckIntegrityAsync(IKeyValueStore store)
    {
        var names = ((RedisKeyValueStore)store).Names;
        var usage = await store.GetUsageAsync();
        Assert.Equal(usage.Entries, (await Client.SendAsync(names.Index, CancellationToken.None, "HLEN", names.Index)).AsInteger());
        Assert.Equal(usage.Entries, (await store.ScanAsync("").ToListAsync()).Count);
    }

    [Fact]
    public async Task Namespaces_AreSpreadOverTheNodes()
    {
        var owners = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            var store = Stores.Open("space" + i);
            await store.SetAsync("k", Bytes("v" + i), default);
            Assert.Equal("v" + i, Text(await store.GetAsync("k")));
        }

        foreach (var node in redis.Cluster.Nodes)
            if (await node.CliAsync("dbsize") != "0") owners.Add(node.Address);
        Assert.Equal(3, owners.Count);
    }
}
