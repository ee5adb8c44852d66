using Sluice.Core.KeyValue;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Redis.Tests.KeyValue;

/// <summary>Redis killed, frozen and full; each test has a server of its own.</summary>
public sealed class RedisOutageTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Killed_FailsAtOnce_AndComesBackEmpty()
    {
        var redis = new PlainRedis();
        await redis.InitializeAsync();
        await using var server = redis.Server;
        await using var node = await NearCacheTests.Node.OpenAsync(redis);
        await node.Store.SetAsync("k", "v"u8.ToArray(), default);
        Assert.NotNull(await node.Store.GetAsync("k"));
        await server.KillAsync();
        Assert.True(await Eventually.HoldsAsync(() => !node.Client.IsAvailable, Soon));
        await Assert.ThrowsAnyAsync<IOException>(async () => await node.Store.GetAsync("k"));
        await Assert.ThrowsAnyAsync<IOException>(async () => await node.Store.SetAsync("k", "w"u8.ToArray(), default));
        await server.StartAgainAsync();
        Assert.True(await Eventually.HoldsAsync(() => node.Client.IsAvailable, Soon));
        // Nothing of before the gap is believed.
        Assert.True(await Eventually.HoldsAsync(async () => await node.Store.GetAsync("k") is null, Soon));
        await node.Store.SetAsync("k", "w"u8.ToArray(), default);
        Assert.NotNull(await node.Store.GetAsync("k"));
    }

    [Fact]
    public async Task Frozen_NearAnswersEndWithTheirTrust_AndReturn()
    {
        var redis = new PlainRedis();
        await redis.InitializeAsync();
        await using var server = redis.Server;
        await using var node = await NearCacheTests.Node.OpenAsync(redis, patience: 5);
        await node.Store.SetAsync("k", "v"u8.ToArray(), default);
        server.Freeze();
        // Within two seconds of the last sign of life near answers end; the connection ends when a command has waited for five.
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await node.Store.GetAsync("k");
                return false;
            }
            catch (IOException)
            {
                return true;
            }
        }, Soon));
        server.Thaw();
        Assert.True(await Eventually.HoldsAsync(async () =>
        {
            try
            {
                return await node.Store.GetAsync("k") is not null;
            }
            catch (IOException)
            {
                return false;
            }
        }, Soon));
    }

    [Fact]
    public async Task Full_WritesAreRefused_ReadsGoOn()
    {
        await using var server = await RedisServer.StartAsync("maxmemory 4mb", "maxmemory-policy noeviction");
        await using var client = new RedisClient(new RedisOptions { Host = "127.0.0.1", Port = server.Port, CommandTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await client.StartAsync();
        var store = new Sluice.Redis.KeyValue.RedisKeyValueStores(client, null, TimeProvider.System).Open("a", new KeyValueLimits { MaximumBytes = null });
        await store.SetAsync("first", "v"u8.ToArray(), new KeyValueSettings(null, ["t"]));
        var refused = await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (var i = 0; i < 100; i++) await store.SetAsync("k" + i, new byte[200_000], default);
        });
        Assert.Contains("OOM", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(await store.GetAsync("first"));
        // Deleting is what helps, so it must work; index and entries stay in step.
        Assert.Equal(1, await store.DeleteByTagAsync("t"));
        var keys = await store.ScanAsync("").ToListAsync();
        Assert.Equal(keys.Count, (await store.GetUsageAsync()).Entries);
        foreach (var key in keys) Assert.True(await store.DeleteAsync(key));
        await store.SetAsync("again", "v"u8.ToArray(), default);
        Assert.Equal((1, 6), ((await store.GetUsageAsync()).Entries, (await store.GetUsageAsync()).Bytes));
    }
}
