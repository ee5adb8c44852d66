using System.Collections.Concurrent;
using Sluice.Core.KeyValue;
using Sluice.Redis.Invalidation;

namespace Sluice.Redis.KeyValue;

/// <summary>Namespaces in Redis, shared by every node that is given the same Redis.</summary>
public sealed class RedisKeyValueStores : KeyValueStores
{
    /// <summary>How old what is known of changes may be for an answer from this process: so long at most a change elsewhere stays unseen, and only while the connection is stuck.</summary>
    internal static readonly TimeSpan NearTrust = TimeSpan.FromSeconds(2);

    private readonly ConcurrentBag<RedisKeyValueStore> opened = [];
    private readonly RedisPushes? pushes;

    /// <param name="client">The Redis.</param>
    /// <param name="pushes">Tells of changes; null to read everything from Redis.</param>
    /// <param name="time">The clock that lifetimes are told by.</param>
    internal RedisKeyValueStores(RedisClient client, RedisPushes? pushes, TimeProvider time)
    {
        (Client, this.pushes, Time) = (client, pushes, time);
        if (pushes is not null) (pushes.Changed, pushes.Missed) = (Drop, Clear);
    }

    /// <summary>Bytes of each namespace kept in this process at most. Default 16 MiB.</summary>
    internal long NearBytes { get; init; } = 16L << 20;

    internal RedisClient Client { get; }

    internal TimeProvider Time { get; }

    internal bool IsNearTrusted => pushes is not null && !Client.IsCluster && pushes.ProvenAge < NearTrust;

    /// <summary>Answers given without Redis.</summary>
    public long NearHits => opened.Sum(store => store.Near.Hits);

    /// <summary>The documented forms of keys that are their own names in Redis (rows KEY-05 and KEY-12), by namespace.</summary>
    internal static string FormOf(string name) => name switch
    {
        "presigned" => "presigned:",
        "catalog" => "video:",
        _ => "",
    };

    /// <inheritdoc/>
    protected override IKeyValueStore Create(string name, KeyValueLimits limits)
    {
        var store = new RedisKeyValueStore(this, name, FormOf(name), limits);
        opened.Add(store);
        return store;
    }

    private void Drop(string name)
    {
        foreach (var store in opened)
            if (store.Names.KeyOf(name) is { } key) store.Near.Drop(key);
    }

    private void Clear()
    {
        foreach (var store in opened) store.Near.Clear();
    }
}
