using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Redis.Objects;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Redis;

namespace Sluice.Redis.Tests.Objects;

/// <summary>A node with a cache of its own; what it fetches, a test puts there.</summary>
internal sealed class TierNode(RedisNode node, ObjectCache cache) : IAsyncDisposable
{
    public const string ScopeName = "made";

    private int isDisposed;

    public RedisNode Node => node;

    public ObjectCache Cache => cache;

    public static async Task<TierNode> OpenAsync(RedisServer server, TimeProvider time, SharedTierOptions? options = null, string prefix = "", double patience = 10, double purgePatience = 2, int database = 0)
    {
        var node = new RedisNode(new RedisOptions { Host = server.Host, Port = server.Port, KeyPrefix = prefix, Database = database, CommandTimeout = TimeSpan.FromSeconds(patience), ConnectTimeout = TimeSpan.FromSeconds(patience * 2), PurgeTimeout = TimeSpan.FromSeconds(purgePatience) }, time, NullLoggerFactory.Instance);
        var cache = ObjectCache.Open(new ObjectCacheOptions(), time, NullLoggerFactory.Instance);
        node.Join(cache, options ?? new SharedTierOptions(), null);
        await node.StartAsync();
        Assert.True(await Eventually.HoldsAsync(() => ((RedisObjectTier)cache.Shared!).IsReady, TimeSpan.FromSeconds(60)));
        return new TierNode(node, cache);
    }

    public Task<SharedTurn> TurnAsync(string target) => cache.Shared!.TakeTurnAsync(cache.Scope(ScopeName), target, true, CancellationToken.None).AsTask();

    public Task<SharedTurn> LookAsync(string target) => cache.Shared!.TakeTurnAsync(cache.Scope(ScopeName), target, false, CancellationToken.None).AsTask();

    public static FillSource Source(string target) => new(new NoOrigin(), new OriginRequest { Path = target });

    public CachedObject Store(string target, ObjectMetadata metadata, byte[] body)
    {
        var added = cache.Prepare(cache.Scope(ScopeName), target, metadata);
        var source = Source(target);
        var pin = body.Length == 0 ? null : added.Open(0, body.Length, source);
        if (pin is not null)
            added.Take(new OriginResponse { Status = 200, Headers = metadata.Headers, Version = metadata.Version, Body = new MemoryStream(body), BodyLength = body.Length }, 0, body.Length, source, pin, background: true);
        cache.Publish(added, cache.Fence);
        pin?.Dispose();
        return added;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0) return;
        await node.DisposeAsync();
        await cache.DisposeAsync();
    }

    private sealed class NoOrigin : IOrigin
    {
        public string Name => "none";

        public string Scope => ScopeName;

        public OriginTraits Traits => OriginTraits.None;

        public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation) => throw new OriginException(OriginFailure.Unreachable, "none");
    }
}
