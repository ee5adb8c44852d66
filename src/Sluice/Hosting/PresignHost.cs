using System.Collections.Concurrent;
using System.Data.Common;
using Sluice.Configuration;
using Sluice.Core.KeyValue;
using Sluice.Core.Storage;
using Sluice.Core.Tags;
using Sluice.Core.Telemetry;
using Sluice.Edge.Routes;
using Sluice.S3;
using Sluice.S3.PresignedUrls;

namespace Sluice.Hosting;

/// <summary>The presigned URLs of every bucket in the configuration, one cache for each, and which of them a path of the edge belongs to.</summary>
internal sealed class PresignHost : ISourceFollower, IAsyncDisposable
{
    private const string FileName = "kv.db";

    // About 600,000 URLs on disk.
    private static readonly KeyValueLimits StoreLimits = new() { MaximumBytes = 512L << 20 };

    private readonly SluiceOptions _options;
    private readonly ILoggerFactory _logging;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private volatile (PathPattern Pattern, RouteSection Route)[] _routes = [];
    private readonly KeyValueStores? _stores;
    private readonly MetricRecords? records;
    private readonly HttpMetricSink? sink;
    private readonly bool _ownsStores;
    private readonly ConcurrentDictionary<string, IPresignedUrls> _byRole = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IPresignedUrls> _byBucket = new(StringComparer.Ordinal);

    /// <summary>Opens the file of the store, where there is to be one and nodes share none.</summary>
    /// <exception cref="IOException">The file cannot be used.</exception>
    public PresignHost(SluiceOptions options, KeyValueStores? shared, ILoggerFactory logging, TimeProvider time)
    {
        (_options, _logging, _time) = (options, logging, time);
        if (options.Presign.Records is not (ValueKinds.Off or "log"))
            sink = new HttpMetricSink(new Uri(options.Presign.Records), time);
        if (options.Presign.Records != ValueKinds.Off)
            records = new MetricRecords(sink, time, logging.CreateLogger<MetricRecords>());
        Take(options.Routes);
        if (options.Presign.Store && shared is not null)
            _stores = shared;
        else if (_ownsStores = options is { Presign.Store: true, Cache.Disk: > 0 } && options.Routes.Exists(r => r.Origins.Exists(o => o.S3 is { Anonymous: false })))
            _stores = OpenStores(Path.Combine(Path.GetFullPath(options.Cache.Directory), FileName), logging.CreateLogger<SqliteKeyValueStores>());
    }

    /// <summary>Has paths belong to the buckets of these routes from now on. The URLs of a bucket that no route names any more stay, as their holders have them.</summary>
    public void Take(IReadOnlyList<RouteSection> routes) => _routes = [.. routes.Select(route => (new PathPattern(route.Pattern), route))];

    /// <summary>Every cache by its role.</summary>
    public IReadOnlyDictionary<string, IPresignedUrls> Named => _byRole;

    /// <summary>The URLs of a bucket. The first bucket of a route is "remote", those after it "fallback" (rows PRE-08, PRE-09); where several would share such a word, the bucket names itself.</summary>
    /// <exception cref="ArgumentException">The options of the bucket will not do.</exception>
    public IPresignedUrls For(OriginSection origin, bool isFallback)
    {
        var (key, role) = (KeyOf(origin), isFallback ? "fallback" : "remote");
        if (_byBucket.TryGetValue(key, out var known))
            return known;
        lock (_gate)
            return _byBucket.TryGetValue(key, out known) ? known : Make(origin, key, role);
    }

    private IPresignedUrls Make(OriginSection origin, string key, string role)
    {
        if (_byRole.ContainsKey(role))
            role = BucketOf(origin);
        var settings = OriginSetup.Bucket(origin);
        var urls = SluiceS3Services.CreatePresignedUrls(settings, PresignSetup.Options(_options.Presign, role, settings) with { Records = records }, _stores?.Open(SluiceS3Services.PresignedNamespace, StoreLimits), _time, _logging);
        _byRole[role] = urls;
        return _byBucket[key] = urls;
    }

    /// <summary>The URLs that a path of the edge belongs to: those of the first bucket of its route. Null when that has none.</summary>
    public IPresignedUrls? Match(string path)
    {
        var route = _routes is [{ Pattern.IsEverything: true, Route: var all }, ..] ? all : Find(path.StartsWith('/') ? path : "/" + path);
        return route?.Origins.Find(o => o.S3 is { Anonymous: false }) is { } origin ? For(origin, isFallback: route.Origins[0] != origin) : null;
    }

    public async Task<int> SourceChangedAsync(string source, CancellationToken cancellation)
    {
        // Whichever of the route's buckets it was: the URLs of the others are signed again, no more.
        var buckets = Array.Find(_routes, r => r.Pattern.Matches(source)).Route?.Origins.Where(o => o.S3 is { Anonymous: false }) ?? [];
        var forgotten = 0;
        foreach (var bucket in buckets)
            if (_byBucket.TryGetValue(KeyOf(bucket), out var urls))
                forgotten += await urls.ForgetAsync(Uri.UnescapeDataString(source), cancellation);
        return forgotten;
    }

    /// <summary>Writes what is not stored yet.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var urls in _byBucket.Values)
            await ((IAsyncDisposable)urls).DisposeAsync();
        if (records is not null)
            await records.DisposeAsync();
        sink?.Dispose();
        if (_ownsStores && _stores is not null)
            await _stores.DisposeAsync();
    }

    /// <summary>The store; null on a disk that is full or read-only, as after a restart there: URLs are signed without it.</summary>
    private SqliteKeyValueStores? OpenStores(string path, ILogger logger)
    {
        try
        {
            return new SqliteKeyValueStores(Private(path), _time, logger);
        }
        catch (Exception failure) when (failure is IOException or DbException && NoRoomException.IsSo(Path.GetDirectoryName(path)!))
        {
            logger.LogWarning("{File} cannot be opened on a disk that is full or read-only ({Reason}): until the next start presigned URLs are kept in memory only. Make room, and restart the server", path, failure.Message);
            return null;
        }
    }

    // Patterns are for paths as the edge sees them, percent-encoded.
    private RouteSection? Find(string path)
    {
        var encoded = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        return Array.Find(_routes, r => r.Pattern.Matches(encoded)).Route;
    }

    // URLs are secrets until they expire.
    private static string Private(string path)
    {
        try
        {
            OwnerOnly.CreateDirectory(Path.GetDirectoryName(path)!);
            OwnerOnly.CreateFile(path);
            return path;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The cache directory {Path.GetDirectoryName(path)} cannot be written ({e.Message}). Check its permissions, or choose another with --cache-dir.", e);
        }
    }

    // All that a URL depends on: a reload may change any of it.
    private static string KeyOf(OriginSection origin) => string.Join(' ', BucketOf(origin), origin.S3!.Endpoint, origin.S3.PathStyle, origin.S3.RequesterPays, origin.S3.AccessKeyVariable, origin.S3.SecretKeyVariable, origin.S3.SessionTokenVariable);

    private static string BucketOf(OriginSection origin) => $"{origin.S3}{(origin.S3!.Endpoint is { } endpoint ? $" at {endpoint.Authority}" : "")}{(origin.S3.Region is { } region ? $" in {region}" : "")}{((origin.S3.Profile ?? origin.S3.AccessKeyVariable) is { } who ? $" as {who}" : "")}";
}
