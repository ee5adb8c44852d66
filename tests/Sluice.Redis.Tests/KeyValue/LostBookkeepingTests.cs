using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.KeyValue;
using Sluice.Redis.KeyValue;

namespace Sluice.Redis.Tests.KeyValue;

/// <summary>Redis lets go of single keys of a namespace's bookkeeping, as with allkeys-lru, or somebody deletes one: docs/many-nodes.md calls that safe.</summary>
public sealed class LostBookkeepingTests(PlainRedis redis) : IClassFixture<PlainRedis>
{
    private const int Bound = 2000;

    [Theory]
    [InlineData("index")]
    [InlineData("used")]
    [InlineData("expires")]
    [InlineData("size")]
    [InlineData("index", "used")]
    [InlineData("index", "expires")]
    [InlineData("index", "size")]
    [InlineData("used", "size")]
    [InlineData("used", "expires")]
    public async Task Lost_ANamespaceAtItsBound_TakesValuesAndKeepsToIt(params string[] lost)
    {
        await using var client = new RedisClient(new RedisOptions { Port = redis.Server.Port, KeyPrefix = string.Join('-', lost) + ".", CommandTimeout = TimeSpan.FromSeconds(10) }, TimeProvider.System, NullLogger.Instance);
        await client.StartAsync();
        var store = (RedisKeyValueStore)new RedisKeyValueStores(client, null, TimeProvider.System).Open("lost", new KeyValueLimits { MaximumBytes = Bound });
        for (var i = 0; i < 30; i++) await SetAsync(store, $"before{i}");

        foreach (var one in lost) await redis.Server.CliAsync("DEL", $"{client.Options.KeyPrefix}sluice.{one}:lost");

        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 30; i++)
            {
                await SetAsync(store, $"after{round}-{i}");
                Assert.NotNull(await store.GetAsync($"after{round}-{i}"));
            }
        }

        // As many as without the loss, and no more.
        Assert.Equal(Bound / 110, (await store.ScanAsync("after").ToListAsync()).Count);
        Assert.InRange((await store.GetUsageAsync()).Bytes, 1, Bound);
    }

    [Fact]
    public async Task Lost_Index_UsageEnds()
    {
        await using var client = new RedisClient(new RedisOptions { Port = redis.Server.Port, KeyPrefix = "usage.", CommandTimeout = TimeSpan.FromSeconds(10) }, TimeProvider.System, NullLogger.Instance);
        await client.StartAsync();
        var store = new RedisKeyValueStores(client, null, TimeProvider.System).Open("lost");
        for (var i = 0; i < 600; i++) await store.SetAsync($"{i}", new byte[1], new KeyValueSettings(TimeSpan.FromMilliseconds(1)));

        await redis.Server.CliAsync("DEL", "usage.sluice.index:lost");

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.Equal(0, (await store.GetUsageAsync(limit.Token)).Entries);
    }

    private static async Task SetAsync(RedisKeyValueStore store, string key) => await store.SetAsync(key, new byte[110 - key.Length], new KeyValueSettings(TimeSpan.FromHours(1)));
}
