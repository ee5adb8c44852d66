using Microsoft.Extensions.Logging;
using Sluice.Core.KeyValue;
using Sluice.Core.Objects;
using Sluice.Redis.Invalidation;
using Sluice.Redis.KeyValue;
using Sluice.Redis.Objects;

namespace Sluice.Redis;

/// <summary>This process as one of several nodes on a Redis: small values, objects and turns are shared, purges reach all. Without Redis it goes on alone.</summary>
public sealed class RedisNode : IAsyncDisposable, IDisposable
{
    private readonly RedisClient client;
    private readonly RedisPushes pushes;
    private readonly RedisNodes nodes;
    private readonly RedisKeyValueStores stores;
    private readonly RedisMeter meter;
    private readonly ILogger log;
    private RedisPurges? purges;
    private RedisObjectTier? objects;
    private int disposed;

    /// <summary>Makes a node; it connects at <see cref="StartAsync"/>.</summary>
    /// <exception cref="ArgumentException">The options will not do; the message says everything that is wrong.</exception>
    public RedisNode(RedisOptions options, TimeProvider time, ILoggerFactory logging)
    {
        log = logging.CreateLogger<RedisNode>();
        client = new RedisClient(options, time, log);
        pushes = new RedisPushes(client);
        nodes = new RedisNodes(client);
        stores = new RedisKeyValueStores(client, pushes, time);
        meter = new RedisMeter(GetStatistics);
    }

    /// <summary>Small values that all nodes see.</summary>
    public KeyValueStores Stores => stores;

    /// <summary>True while Redis can be asked.</summary>
    public bool IsAvailable => client.IsAvailable;

    /// <summary>Lets a cache take part: purges reach all nodes, and with <paramref name="shared"/> objects are shared. Call before <see cref="StartAsync"/>.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="shared">What is shared of objects; null for nothing.</param>
    /// <param name="directory">Where to note how far the log of purges was read, for a cache that outlives the process; null for one that does not.</param>
    public void Join(ObjectCache cache, SharedTierOptions? shared, string? directory)
    {
        var place = directory is null ? null : new PlaceFile(Path.Combine(directory, "redis.place"), log);
        purges = new RedisPurges(client, nodes, pushes, cache.PurgeHereAsync, log) { Progressed = place is null ? null : place.Write };
        if (place?.Read() is { } known) purges.StartAt(known);
        var values = new KeyValuePurge(() => stores.Opened.Where(store => store.Namespace != RedisObjectTier.IndexNamespace));
        cache.AddLayer(purges);
        cache.AddLayer(values);
        purges.Retold = async request =>
        {
            await values.PurgeAsync(request, CancellationToken.None);
            if (objects is not null) await objects.PurgeAsync(request, CancellationToken.None);
        };
        if (shared is null) return;
        objects = new RedisObjectTier(client, shared, stores, purges.Journal, pushes, nodes.Id);
        cache.AddLayer(objects);
        cache.Shared = objects;
    }

    /// <summary>Connects, and waits for the first attempt, not for its success: without Redis the node begins alone.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await client.StartAsync(cancellation);
        purges?.Start();
        await pushes.StartAsync(cancellation);
        if (purges is null) return;
        await nodes.StartAsync();
        // What was purged while this node was down is not to be served; a large index on disk that is still being read must not hold the start up for long.
        if (client.IsAvailable) await purges.CaughtUp.WaitAsync(client.Options.ConnectTimeout, client.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        purges.BeganAlone = !purges.CaughtUp.IsCompleted;
    }

    /// <summary>A reading of the node's state.</summary>
    public RedisStatistics GetStatistics() => new()
    {
        Connected = client.IsAvailable,
        Listening = pushes.IsUp,
        Reason = client.Reason,
        Server = $"{client.Options.Host}:{client.Options.Port}",
        Version = client.ServerVersion,
        Cluster = client.IsCluster,
        Node = nodes.Id,
        OtherNodes = nodes.Others,
        Commands = client.Counters.Commands,
        Losses = client.Counters.Losses,
        Refusals = client.Counters.Refusals,
        NearHits = stores.NearHits,
        SharedHits = objects?.Counters.Hits ?? 0,
        SharedMisses = objects?.Counters.Misses ?? 0,
        Turns = objects?.Counters.Turns ?? 0,
        Waits = objects?.Counters.Waits ?? 0,
        SharedStored = objects?.Counters.StoredObjects ?? 0,
        SharedStoredBytes = objects?.Counters.StoredBytes ?? 0,
        SharedReadBytes = objects?.Counters.ReadBytes ?? 0,
        SharedEvictions = objects?.Counters.Evictions ?? 0,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        meter.Dispose();
        await nodes.DisposeAsync();
        await pushes.DisposeAsync();
        if (purges is not null) await purges.DisposeAsync();
        await stores.DisposeAsync();
        await client.DisposeAsync();
    }

    // Elsewhere: what it waits for could have to come back to this thread, as with that of a window.
    /// <inheritdoc/>
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();
}
