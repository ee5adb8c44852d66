using Sluice.Configuration;
using Sluice.Core.Disk;
using Sluice.Core.Objects;
using Sluice.Core.Telemetry;
using Sluice.Edge;
using Sluice.Edge.Explain;
using Sluice.Edge.Serving;
using Sluice.Edge.Telemetry;
using Sluice.Redis;

namespace Sluice.Hosting;

/// <summary>The cache, its origins and the edge over them: what both listeners work on.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly RouteSet _routes;
    private readonly CacheMeter _meter;

    private Engine(ObjectCache cache, EdgeOptions edge, RouteSet routes, PresignHost presign, VideoHost video, RedisNode? redis, (ILoggerFactory Logging, TimeProvider Time) host)
    {
        Cache = cache;
        Presign = presign;
        Video = video;
        Redis = redis;
        _meter = new CacheMeter(cache);
        _routes = routes;
        Edge = new SluiceEdge(cache, edge, Counters, host.Time, host.Logging);
        Explainer = new EdgeExplainer(Edge, host.Time);
        Rewarmer = new Rewarmer(Edge, host.Logging.CreateLogger<Rewarmer>());
    }

    /// <summary>The cache.</summary>
    public ObjectCache Cache { get; }

    /// <summary>Whether the edge serves a catalog's files.</summary>
    public bool HasCatalog { get; private init; }

    /// <summary>Presigned URLs of the buckets.</summary>
    public PresignHost Presign { get; }

    /// <summary>This server as one of several nodes; null when it is alone.</summary>
    public RedisNode? Redis { get; }

    /// <summary>Which paths serve the objects of buckets.</summary>
    public required BucketPaths Buckets { get; set; }

    /// <summary>Variants of videos.</summary>
    public VideoHost Video { get; }

    /// <summary>Requests and bytes by outcome.</summary>
    public EdgeCounters Counters { get; } = new();

    /// <summary>Answers viewers.</summary>
    public SluiceEdge Edge { get; }

    /// <summary>Brings again what a bucket's event made void.</summary>
    public Rewarmer Rewarmer { get; }

    /// <summary>Explains to operators.</summary>
    public EdgeExplainer Explainer { get; }

    /// <summary>Opens the cache and sets the origins up.</summary>
    /// <exception cref="IOException">The cache directory cannot be used.</exception>
    /// <exception cref="SetupException">An origin cannot work.</exception>
    public static Engine Open(SluiceOptions options, ILoggerFactory logging, TimeProvider time)
    {
        var redis = RedisSetup.Options(options.Redis) is { } shared ? new RedisNode(shared, time, logging) : null;
        PresignHost? presign = null;
        try
        {
            presign = new PresignHost(options, redis?.Stores, logging, time);
            return Open(options, presign, redis, logging, time);
        }
        catch
        {
            presign?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            redis?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    private static Engine Open(SluiceOptions options, PresignHost presign, RedisNode? redis, ILoggerFactory logging, TimeProvider time)
    {
        var factory = new OriginFactory(presign, logging, time, [.. options.OwnFiles()]);
        var edge = options.Edge;
        var routes = new EdgeOptions
        {
            BaseUrl = edge.BaseUrl,
            IsSecure = edge.Tls.Certificate is not null,
            TrustedProxies = NetworkText.Parse(edge.TrustedProxies),
            TunnelIdleTimeout = edge.TunnelIdleTimeout,
            Purge = new() { From = NetworkText.Parse(edge.Purge.From), Token = edge.Purge.Token },
        };
        var video = new VideoHost(options, logging, time);
        var catalog = CatalogRoute.From(options.Catalog, factory, logging, time);
        var set = new RouteSet(catalog, factory, video, time);
        set.Take(options.Routes);
        foreach (var route in set.All)
            routes.Routes.Add(route);
        _ = video.ReportAsync(logging.CreateLogger<VideoHost>());
        var cache = ObjectCache.Open(CacheOptions(options.Cache), time, logging);
        cache.AddFollower(presign);
        video.Bound(cache);
        // Without its disk tier it must not note that purges were carried out there.
        redis?.Join(cache, RedisSetup.Objects(options.Redis!.Objects), options.Cache.Disk > 0 && !cache.IsDiskAway ? Path.GetFullPath(options.Cache.Directory) : null);
        var engine = new Engine(cache, routes, set, presign, video, redis, (logging, time)) { Buckets = new BucketPaths(options), HasCatalog = catalog is not null };
        if (options.Monitoring.Enabled)
            engine.Counters.Ghosts = Ghosts(cache, options.Cache.MemoryPolicy, engine.Counters, time);
        return engine;
    }

    /// <summary>Serves by other routes from now on, and puts them into the options.</summary>
    /// <exception cref="SetupException">An origin cannot work; nothing changed.</exception>
    public RouteChanges Take(List<RouteSection> routes, SluiceOptions options)
    {
        var changes = _routes.Take(routes);
        options.Routes = routes;
        Presign.Take(routes);
        Buckets = new BucketPaths(options);
        Edge.Replace(_routes.All);
        return changes;
    }

    /// <summary>Saves the index and lets go of the origins.</summary>
    public async ValueTask DisposeAsync()
    {
        _meter.Dispose();
        await Rewarmer.DisposeAsync();
        await Video.DisposeAsync();
        // Writes what it has not written yet.
        await Presign.DisposeAsync();
        if (Redis is not null)
            await Redis.DisposeAsync();
        await Cache.DisposeAsync();
        _routes.Dispose();
        Counters.Dispose();
    }

    /// <summary>Over the tier that holds the most; none for a cache that holds nothing.</summary>
    private static GhostSampler? Ghosts(ObjectCache cache, string memoryPolicy, EdgeCounters counters, TimeProvider time)
    {
        var statistics = cache.GetStatistics();
        var (disk, memory) = (statistics.Disk?.MaximumBytes ?? 0, statistics.MemoryMaximumBytes);
        var capacity = Math.Max(disk, memory);
        return capacity > 0 ? new GhostSampler(capacity, () => (counters.Requests(Outcome.Hit), counters.Promised(Outcome.Hit)), time, disk >= memory ? "s3fifo" : memoryPolicy) : null;
    }

    private static ObjectCacheOptions CacheOptions(CacheSection cache) => new()
    {
        MemoryBytes = cache.Memory,
        MemoryPolicy = cache.MemoryPolicy,
        Disk = cache.Disk == 0 ? null : new DiskTierOptions
        {
            Directory = Path.GetFullPath(cache.Directory),
            MaximumBytes = cache.Disk,
            MinimumFreeBytes = cache.MinimumFree,
            MaximumObjects = cache.MaximumObjects,
            ChunkSize = cache.ChunkSize,
        },
    };
}
