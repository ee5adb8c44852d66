using Sluice.TestKit.Redis;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>A real Redis that nodes can be cut off from without a word: by its network (ip netns) where that can be had, otherwise by a relay that swallows what it is given.</summary>
internal sealed class CuttableRedis : IAsyncDisposable
{
    private readonly NetworkNamespace? network;
    private readonly RedisRelay? relay;

    private CuttableRedis(RedisServer redis, NetworkNamespace? network)
    {
        (Redis, this.network) = (redis, network);
        if (network is null) relay = new RedisRelay(redis);
    }

    public RedisServer Redis { get; }

    /// <summary>Where nodes find it.</summary>
    public string Address => relay?.Address ?? Redis.Address;

    public static async Task<CuttableRedis> StartAsync()
    {
        var network = NetworkNamespace.TryMake();
        return new(network is null ? await RedisServer.StartAsync() : await RedisServer.StartBehindAsync(network), network);
    }

    public void Cut()
    {
        network?.Cut();
        relay?.Cut();
    }

    public void Mend()
    {
        network?.Mend();
        relay?.Mend();
    }

    public async ValueTask DisposeAsync()
    {
        if (relay is not null) await relay.DisposeAsync();
        await Redis.DisposeAsync();
        network?.Dispose();
    }
}
