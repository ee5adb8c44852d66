using System.Collections.Concurrent;
using Sluice.Redis.Connections;
using Sluice.Redis.KeyValue;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Invalidation;

/// <summary>The connection for what Redis says by itself: which keys changed (client tracking in broadcast mode, by prefix), and messages of other nodes.</summary>
internal sealed class RedisPushes : IAsyncDisposable
{
    private readonly RedisLink link;
    private readonly RedisClient client;
    private readonly string prefix;
    private bool isTold;
    private readonly ConcurrentDictionary<string, Action<ReadOnlyMemory<byte>>> channels = new(StringComparer.Ordinal);

    public RedisPushes(RedisClient client)
    {
        this.client = client;
        prefix = client.Options.KeyPrefix;
        link = client.OpenPushLink(OnPush, PrepareAsync, OnChanged);
    }

    /// <summary>Hears the name of each key that changed. Runs on the thread that reads.</summary>
    public Action<string>? Changed { get; set; }

    /// <summary>Hears that changes may have been missed.</summary>
    public Action? Missed { get; set; }

    /// <summary>Runs on each new connection once messages arrive on it.</summary>
    public Action? Joined { get; set; }

    /// <summary>So old at most is a change that has not been heard of.</summary>
    public TimeSpan ProvenAge => link.ProvenAge;

    public bool IsUp => link.IsUp;

    /// <summary>Hears that the connection ended, before there is another.</summary>
    public Action? Left { get; set; }

    /// <summary>Listens to a channel. Call before <see cref="StartAsync"/>.</summary>
    public void Listen(string channel, Action<ReadOnlyMemory<byte>> hear) => channels[channel] = hear;

    public Task StartAsync(CancellationToken cancellation)
    {
        link.Start();
        return link.Tried.WaitAsync(cancellation);
    }

    /// <summary>Ends the connection; the next one may lead elsewhere.</summary>
    public void Leave(RedisUnavailableException reason) => link.Leave(reason);

    public ValueTask DisposeAsync() => link.DisposeAsync();

    private async Task PrepareAsync(RedisConnection connection, RedisGreeting greeting, CancellationToken cancellation)
    {
        // In a cluster each node tells of its own keys only; there every read goes to Redis.
        if (!greeting.IsCluster)
        {
            using var track = new RedisCommand("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", prefix + "sluice:", "PREFIX", prefix + RedisKeyValueStores.FormOf("presigned"), "PREFIX", prefix + RedisKeyValueStores.FormOf("catalog"));
            await connection.SendAsync(track.Span, cancellation);
        }

        foreach (var channel in channels.Keys)
        {
            using var subscribe = new RedisCommand("SUBSCRIBE", channel);
            await connection.SendAsync(subscribe.Span, cancellation);
        }
    }

    private void OnChanged(Exception? failure)
    {
        // Where Redis is gone altogether, the connection for commands says so.
        if (failure is null) isTold = false;
        else if (client.IsAvailable && failure.Message.Length > 0 && !isTold)
        {
            isTold = true;
            client.NotListening(failure.Message);
        }

        Missed?.Invoke();
        if (failure is null) Joined?.Invoke();
        else Left?.Invoke();
    }

    private void OnPush(RespValue push)
    {
        var items = push.Items;
        if (items.Length == 0) return;
        if (items[0].Span.SequenceEqual("message"u8) && items.Length == 3)
        {
            if (channels.TryGetValue(items[1].AsText(), out var hear)) hear(items[2].Memory);
        }
        else if (items[0].Span.SequenceEqual("invalidate"u8) && items.Length == 2)
        {
            // Null: everything, as after FLUSHALL.
            if (items[1].IsNull) Missed?.Invoke();
            foreach (var name in items[1].Items) Changed?.Invoke(name.AsText());
        }
    }
}
