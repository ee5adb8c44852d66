using Sluice.Catalog;
using Sluice.Catalog.Uploads;
using Sluice.Configuration;
using Sluice.Core.Background;
using Sluice.Core.KeyValue;
using Sluice.Core.Objects;
using Sluice.Core.Storage;
using Sluice.Edge.Playback;
using Sluice.S3.Objects;

namespace Sluice.Hosting;

/// <summary>The catalog of a process: opened at the start where there is one already, else by the first request for it.</summary>
internal sealed class CatalogHost : IAsyncDisposable
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);

    private readonly CatalogParts _parts;
    private readonly KeyValueStores? _own;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task<VideoCatalog>? _catalog;
    private Task _starting = Task.CompletedTask;

    private CatalogHost(CatalogParts parts, KeyValueStores? own) => (_parts, _own) = (parts, own);

    /// <summary>Sets it up, its rows cached in <paramref name="shared"/> where nodes share something; <paramref name="cache"/> is what this process's edge keeps, null where it has none.
    /// Asks nothing of the database yet that would hold up the start.</summary>
    public static CatalogHost Start(SluiceOptions options, ObjectCache? cache, KeyValueStores? shared, Uri publicUrl, ILoggerFactory logging, TimeProvider time)
    {
        var catalog = options.Catalog;
        var tokens = CatalogRoute.Tokens(catalog, time);
        var own = shared is null ? new InProcessKeyValueStores(time) : null;
        var host = new CatalogHost(new CatalogParts
        {
            Options = new CatalogOptions
            {
                Directory = Path.GetFullPath(catalog.Directory),
                Database = catalog.Database,
                PublicUrl = publicUrl,
                TimeToLive = catalog.Ttl,
                UploadValidity = catalog.UploadValidity,
                MaximumUpload = catalog.UploadLimit,
                Workers = catalog.Workers,
                Lease = catalog.Lease,
                Attempts = catalog.Attempts,
                RetryPause = catalog.RetryPause,
                KeepOldRenditions = catalog.KeepOldRenditions,
            },
            Objects = ObjectStore(options, logging, time),
            Values = shared ?? own!,
            CacheType = shared is null ? "memory" : "redis",
            Observer = cache is null ? null : new EdgeObserver(cache),
            SignPlayback = tokens is null ? null : path => $"{PlaybackTokens.Parameter}={tokens.ForFolderOf(path)}",
            // A worker of the same configuration has no edge to tell, and servers follow the catalog by themselves: what it has seen, a server that is down has not.
            CursorFile = cache is { IsDiskAway: false } && options.Cache.Disk > 0 ? Path.Combine(Path.GetFullPath(options.Cache.Directory), "catalog-events") : null,
            Logging = logging,
            Time = time,
        }, own);
        // What was being worked on when the last process ended is to go on without anybody asking.
        if (catalog.Database is not null || File.Exists(Path.Combine(catalog.Directory, VideoCatalog.CatalogFile)))
            host._starting = host.KeepOpeningAsync(logging.CreateLogger<CatalogHost>());
        return host;
    }

    /// <summary>Under what address viewers reach the edge: as configured, else where it listens (row CFG-17).</summary>
    public static Uri PublicUrl(EdgeSection edge, ListenAddress listening)
    {
        if (edge.BaseUrl is { } configured)
            return configured;
        var scheme = edge.Tls is { Certificate: not null, Listen: null } ? "https" : "http";
        return listening.IsLoopback ? new Uri($"{scheme}://localhost:{listening.Port}") : new Uri(listening.Url.Replace("http:", scheme + ":", StringComparison.Ordinal));
    }

    /// <summary>The catalog of a server; opens it when it is not open yet.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static Task<VideoCatalog> OpenAsync(ServerState state, CancellationToken cancellation) =>
        state.Catalog?.OpenAsync(cancellation) ?? throw new IOException("The catalog is not set up yet, or cannot be on this machine.");

    /// <summary>The catalog; opens it when it is not open yet.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public Task<VideoCatalog> OpenAsync(CancellationToken cancellation)
    {
        Task<VideoCatalog> opening;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            // Not the caller's to break off: the next one needs it as well. What failed is tried again by the next.
            opening = _catalog is { IsFaulted: false, IsCanceled: false } known ? known : _catalog = Detached.Run(() => VideoCatalog.OpenAsync(_parts, _stop.Token));
        }
        return opening.WaitAsync(cancellation);
    }

    /// <summary>Has its workers give their jobs back, while requests are still answered.</summary>
    public Task StopWorkAsync() => Volatile.Read(ref _catalog) is { IsCompletedSuccessfully: true } open ? open.Result.StopWorkAsync() : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _stop.Cancel();
        await _starting;
        if (_catalog is { } opening && await Task.WhenAny(opening) is { IsCompletedSuccessfully: true })
            await (await opening).DisposeAsync();
        if (_own is not null)
            await _own.DisposeAsync();
        if (_parts.Objects is IAsyncDisposable objects)
            await objects.DisposeAsync();
    }

    private async Task KeepOpeningAsync(ILogger logger)
    {
        string? told = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await OpenAsync(_stop.Token);
                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (IOException e)
            {
                if (told != e.Message) logger.LogWarning("The catalog cannot be opened; it is tried again every {Seconds:0} s: {Reason}", TryAgain.TotalSeconds, e.Message);
                told = e.Message;
                await Task.WhenAny(Task.Delay(TryAgain, _parts.Time, _stop.Token));
            }
        }
    }

    private static IObjectStore ObjectStore(SluiceOptions options, ILoggerFactory logging, TimeProvider time)
    {
        var files = options.Catalog.Files();
        if (files.Folder is { } folder)
            return new FolderStore(folder);
        try
        {
            return S3Store.Create(new S3StoreOptions { Bucket = OriginSetup.Bucket(files), UploadEndpoint = options.Catalog.UploadEndpoint, Downloads = options.Downloads.ToOptions() }, time, logging);
        }
        catch (ArgumentException e)
        {
            throw new SetupException($"the catalog's bucket {files} cannot be used: {e.Message}", e);
        }
    }
}
