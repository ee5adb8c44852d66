using Sluice.Configuration;
using Sluice.Core.Disk;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Telemetry;
using Sluice.Edge;
using Sluice.Edge.Explain;
using Sluice.Edge.Telemetry;

namespace Sluice.Hosting;

/// <summary>The cache, its origins and the edge over them: what both listeners work on.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly IReadOnlyList<IOrigin> _origins;
    private readonly CacheMeter _meter;

    private Engine(ObjectCache cache, EdgeOptions routes, PresignHost presign, VideoHost video, (ILoggerFactory Logging, TimeProvider Time) host)
    {
        Cache = cache;
        Presign = presign;
        Video = video;
        _meter = new CacheMeter(cache);
        _origins = [.. routes.Routes.SelectMany(r => r.Origins)];
        Edge = new SluiceEdge(cache, routes, Counters, host.Time, host.Logging);
        Explainer = new EdgeExplainer(Edge, host.Time);
    }

    /// <summary>The cache.</summary>
    public ObjectCache Cache { get; }

    /// <summary>Presigned URLs of the buckets.</summary>
    public PresignHost Presign { get; }

    /// <summary>Which paths serve the objects of buckets.</summary>
    public required BucketPaths Buckets { get; init; }

    /// <summary>Variants of videos.</summary>
    public VideoHost Video { get; }

    /// <summary>Requests and bytes by outcome.</summary>
    public EdgeCounters Counters { get; } = new();

    /// <summary>Answers viewers.</summary>
    public SluiceEdge Edge { get; }

    /// <summary>Explains to operators.</summary>
    public EdgeExplainer Explainer { get; }

    /// <summary>Opens the cache and sets the origins up.</summary>
    /// <exception cref="IOException">The cache directory cannot be used.</exception>
    /// <exception cref="SetupException">An origin cannot work.</exception>
    public static Engine Open(SluiceOptions options, ILoggerFactory logging, TimeProvider time)
    {
        var presign = new PresignHost(options, logging, time);
        try
        {
            return Open(options, presign, logging, time);
        }
        catch
        {
            presign.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    private static Engine Open(SluiceOptions options, PresignHost presign, ILoggerFactory logging, TimeProvider time)
    {
        var factory = new OriginFactory(presign, logging, time);
        var edge = options.Edge;
        var routes = new EdgeOptions
        {
            BaseUrl = edge.BaseUrl,
            IsSecure = edge.Tls.Certificate is not null,
            TrustedProxies = NetworkText.Parse(edge.TrustedProxies),
            Purge = new() { From = NetworkText.Parse(edge.Purge.From), Token = edge.Purge.Token },
        };
        var video = new VideoHost(options, logging, time);
        foreach (var route in options.Routes)
            routes.Routes.Add(EdgeRoutes.From(route, factory, video));
        _ = video.ReportAsync(logging.CreateLogger<VideoHost>());
        return new Engine(ObjectCache.Open(CacheOptions(options.Cache), time, logging), routes, presign, video, (logging, time)) { Buckets = new BucketPaths(options) };
    }

    /// <summary>Saves the index and lets go of the origins.</summary>
    public async ValueTask DisposeAsync()
    {
        _meter.Dispose();
        await Video.DisposeAsync();
        await Cache.DisposeAsync();
        foreach (var origin in _origins.OfType<IDisposable>())
            origin.Dispose();
        await Presign.DisposeAsync();
        Counters.Dispose();
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
