using Microsoft.Extensions.Logging;
using Sluice.Catalog.Caching;
using Sluice.Catalog.Events;
using Sluice.Catalog.Hls;
using Sluice.Catalog.Jobs;
using Sluice.Catalog.Storage;
using Sluice.Catalog.Uploads;
using Sluice.Catalog.Videos;

namespace Sluice.Catalog;

/// <summary>A catalog at work: its database, its cache, and whoever works on its jobs in this process.</summary>
public sealed class VideoCatalog : IAsyncDisposable
{
    /// <summary>Name of the namespace of cached rows (decision D04).</summary>
    public const string CacheNamespace = "catalog";

    /// <summary>Name of the namespace of what guards them.</summary>
    public const string FenceNamespace = "catalog-fences";

    private readonly CatalogParts parts;
    private readonly CatalogMeter meter;
    private readonly CancellationTokenSource stop = new(), rest = new();
    private readonly JobRhythm rhythm;
    private readonly Task following, working;
    private readonly Lock gate = new();
    private Task? resting;

    private VideoCatalog(CatalogParts parts, ICatalogStore store, UploadTokens tokens, CatalogMeter meter)
    {
        (this.parts, this.meter, Store) = (parts, meter, store);
        var (options, logging, time) = (parts.Options, parts.Logging, parts.Time);
        var cache = new KeyValueVideoCache(parts.Values.Open(CacheNamespace), parts.Values.Open(FenceNamespace), meter, time, logging.CreateLogger<KeyValueVideoCache>()) { LongestLife = options.TimeToLive };
        var cached = new CachedVideoService(new VideoService(store, options, time), cache, options, meter, parts.SignPlayback);
        Videos = cached;
        Uploads = new UploadUrls(parts.Objects, tokens, options);
        Tokens = tokens;
        rhythm = new JobRhythm(time, logging.CreateLogger<CatalogWorker>());
        var publications = new OwnPublications(parts.Observer);
        following = new EventFollower(store, cached, publications, parts.CursorFile, time, logging.CreateLogger<EventFollower>()).RunAsync(options.Poll, stop.Token);
        var transcoder = new Transcoder(parts.Objects, new FfmpegTools(options.EncodeTimeout, time), options.MaximumUpload, ScratchFolder.Room, time);
        var outcomes = new VideoOutcomes(store, cached, options);
        var transcode = new TranscodeJob(store, transcoder, outcomes, publications, options, logging.CreateLogger<TranscodeJob>());
        working = new CatalogWorker(store, transcode, new TidyJob(store, parts.Objects), options, meter, rhythm).RunAsync(rest.Token);
    }

    /// <summary>What may be asked of it.</summary>
    public IVideos Videos { get; }

    internal ICatalogStore Store { get; }

    internal UploadUrls Uploads { get; }

    internal UploadTokens Tokens { get; }

    internal CatalogOptions Options => parts.Options;

    internal TimeProvider Time => parts.Time;

    /// <summary>Where uploads go that come through this program; null when they go to the bucket.</summary>
    internal FolderStore? Folder => parts.Objects as FolderStore;

    /// <summary>Opens a catalog: connects to the database, brings its tables up to date, and begins to work.</summary>
    /// <exception cref="ArgumentException">The options will not do; the message says everything that is wrong, one line each.</exception>
    /// <exception cref="IOException">The database cannot be used; the message says what to do.</exception>
    public static async Task<VideoCatalog> OpenAsync(CatalogParts parts, CancellationToken cancellation)
    {
        if (parts.Options.Errors() is { Count: > 0 } errors) throw new ArgumentException(string.Join(Environment.NewLine, errors));
        if (parts.Options.Workers > 0) CheckScratch(parts.Options);
        var meter = new CatalogMeter { CacheType = parts.CacheType };
        ICatalogDatabase database = parts.Options.Database is { } address
            ? await PostgresCatalog.OpenAsync(address, parts.Time, cancellation)
            : SqliteCatalog.Open(Path.Combine(parts.Options.Directory, CatalogFile));
        var store = new CatalogStore(database, meter, parts.Time);
        try
        {
            // After a reboot without its mount, uploads would go to the disk below, and what is queued would be found to be gone.
            if (parts.Objects is FolderStore folder && await store.HasFilesAsync(cancellation)) folder.Expect();
            var key = await store.ShareAsync("upload-key", UploadTokens.NewKey(), cancellation);
            return new VideoCatalog(parts, store, new UploadTokens(Convert.FromHexString(key), parts.Time), meter);
        }
        catch
        {
            await store.DisposeAsync();
            meter.Dispose();
            throw;
        }
    }

    /// <summary>Name of the SQLite file in the catalog's folder.</summary>
    public const string CatalogFile = "catalog.db";

    /// <summary>Tells this process's workers that there is a job.</summary>
    internal void Wake() => rhythm.Wake();

    /// <summary>Ends the work on jobs: what is being transcoded is left to the next worker. Questions are still answered.</summary>
    public Task StopWorkAsync()
    {
        lock (gate) return resting ??= RestAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var worked = StopWorkAsync();
        await stop.CancelAsync();
        await Task.WhenAll(worked, EndOfAsync(following));
        await Store.DisposeAsync();
        meter.Dispose();
    }

    // A worker that cannot write would take one job after the other, and fail them all.
    private static void CheckScratch(CatalogOptions options)
    {
        try
        {
            new ScratchFolder(options.Scratch, Guid.NewGuid().ToString("N")).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The catalog's folder {options.Directory} cannot be written ({e.Message}). Check its permissions and free space, or choose another with --catalog.", e);
        }
    }

    private async Task RestAsync()
    {
        await rest.CancelAsync();
        await EndOfAsync(working);
    }

    private async Task EndOfAsync(Task work)
    {
        try
        {
            await work.WaitAsync(CatalogOptions.StopPatience, parts.Time);
        }
        catch (TimeoutException)
        {
            rhythm.Logger.LogWarning("What was under way did not end within {Seconds:0} s and is left as it is; another worker takes it when its lease is over", CatalogOptions.StopPatience.TotalSeconds);
        }
    }
}
