using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Background;
using Sluice.Core.KeyValue;
using Sluice.Core.Origins;
using Sluice.Core.Sqlite;
using Sluice.S3.Objects;

namespace Sluice.S3.Downloads;

/// <summary>Files of buckets as files of this machine: fetched once, then handed out from a directory that several processes may share (rows S3D-*). Thread-safe.</summary>
/// <remarks>Trouble with the cache never fails a call: then the file arrives in a folder for temporary files, with one warning.</remarks>
public sealed partial class S3DownloadCache : IAsyncDisposable, IDisposable
{
    private const int Attempts = 5;

    // Three seconds in all: nobody looks at a page that waits for a file, and a busy server (503 SlowDown) wants to be left alone for longer than a viewer would wait.
    private const int Retries = 5;
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ConcurrentDictionary<(string Bucket, S3DownloadOptions Options), DownloadSource> sources = new();
    private readonly DownloadFlights flights;
    private readonly DownloadRefuge refuge;
    private readonly DownloadTrouble trouble;
    private readonly DownloadFetcher fetcher;
    private readonly Lock gate = new();
    private readonly List<DownloadStore> retired = [];
    private DownloadStore? store;
    private DateTimeOffset notBefore;
    private bool suspicious, disposed;

    /// <summary>A cache. Nothing is opened before the first call.</summary>
    /// <param name="options">Where, how much, how long; null for what the environment says (<see cref="S3DownloadCacheOptions.FromEnvironment"/>).</param>
    /// <param name="time">Clock; null for the system's.</param>
    /// <param name="log">Told of trouble, one line each; null for nobody.</param>
    /// <exception cref="ArgumentException">The options will not do; the message says everything that is wrong, one line each.</exception>
    public S3DownloadCache(S3DownloadCacheOptions? options = null, TimeProvider? time = null, ILogger<S3DownloadCache>? log = null)
    {
        Options = options ?? S3DownloadCacheOptions.FromEnvironment();
        var errors = Options.Errors();
        if (errors.Count > 0) throw new ArgumentException(string.Join(Environment.NewLine, errors));
        (this.time, this.log) = (time ?? TimeProvider.System, log ?? NullLogger<S3DownloadCache>.Instance);
        flights = new(this.time);
        refuge = new(Options, this.time);
        trouble = new(this.time, this.log);
        fetcher = new(Options, refuge, trouble, this.time, this.log);
        if (Options.PrefetchCount > 0) sequence = new(Options.PrefetchCount, Options.PrefetchBytes, this.time);
        timer = Detached.Every(FlushEvery, Tidy, this.time);
    }

    /// <summary>Who is asked for a bucket; tests ask a server of their own.</summary>
    internal Func<S3OriginOptions, TimeProvider, ILogger, DownloadSource> Connect { get; init; } = static (bucket, time, log) => new(bucket, S3Origin.Credentials(bucket, time, log), time, log);

    /// <summary>A place that several machines reach, such as a namespace in Redis: what one of them has fetched the others take from there (row S3D-34), up to <see cref="S3DownloadCacheOptions.SharedFileBytes"/> a file.
    /// The server is asked all the same, for the current version and whether the caller may read it. Default null: none. Not disposed.</summary>
    public IKeyValueStore? Others { get; init => fetcher.Share = (field = value) is null ? null : new(value!, time, log); }

    /// <summary>What it was made with.</summary>
    public S3DownloadCacheOptions Options { get; }

    /// <summary>The path of a local file with the object's bytes.</summary>
    /// <param name="s3Url">s3://BUCKET/KEY; the key as it is, not percent-encoded.</param>
    /// <param name="options">What this call wants, or the name of a profile; null for the defaults.</param>
    /// <param name="cancellation">Leaves the call. A download that others wait for goes on.</param>
    /// <returns>The path. The file is the cache's: read it, copy it, link it, but do not write to it.</returns>
    /// <exception cref="ArgumentException">The address is not one of an object, or the profile does not exist.</exception>
    /// <exception cref="S3DownloadException">The object cannot be had.</exception>
    public Task<string> GetAsync(string s3Url, S3DownloadOptions? options = null, CancellationToken cancellation = default) =>
        HandOutAsync(s3Url, options, lease: true, static found => found.Path, cancellation);

    /// <summary>As <see cref="GetAsync"/>, and tells how the file was had.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<S3DownloadResult> FetchAsync(string s3Url, S3DownloadOptions? options = null, CancellationToken cancellation = default) =>
        HandOutAsync(s3Url, options, lease: true, static found => new S3DownloadResult(found.Path, found.Length, found.ETag, found.Outcome, found.Fetched), cancellation);

    /// <summary>The object's bytes from a local file. What is open stays readable whatever becomes of the file.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<FileStream> OpenReadAsync(string s3Url, S3DownloadOptions? options = null, CancellationToken cancellation = default) =>
        HandOutAsync(s3Url, options, lease: false, Open, cancellation);

    /// <summary>Writes the object to a file: a clone of the cached one or a hard link to it where the file system can, else a copy. It appears whole or not at all, in place of what was there.</summary>
    /// <param name="s3Url">As for <see cref="GetAsync"/>.</param>
    /// <param name="destination">Path of the file; its folder is created when missing.</param>
    /// <param name="options">As for <see cref="GetAsync"/>.</param>
    /// <param name="cancellation">As for <see cref="GetAsync"/>.</param>
    /// <exception cref="ArgumentException">As for <see cref="GetAsync"/>.</exception>
    /// <exception cref="S3DownloadException">The object cannot be had, or not be written there.</exception>
    public Task<S3DownloadResult> CopyToAsync(string s3Url, string destination, S3DownloadOptions? options = null, CancellationToken cancellation = default)
    {
        var target = Path.GetFullPath(destination);
        if (Path.EndsInDirectorySeparator(target) || Directory.Exists(target)) throw new S3DownloadException(S3DownloadFailure.NoRoom, $"{destination} is a folder: name the file that is to be written.");
        return SynchronizationContext.Current is null ? CopyAsync(s3Url, target, options, cancellation) : Task.Run(() => CopyAsync(s3Url, target, options, cancellation), CancellationToken.None);
    }

    private async Task<S3DownloadResult> CopyAsync(string s3Url, string target, S3DownloadOptions? options, CancellationToken cancellation)
    {
        if (DownloadCopy.IsSpecial(target)) return await WriteAsync(s3Url, target, options, cancellation);
        var isHere = false;
        try
        {
            return await HandOutAsync(s3Url, options, lease: false, found =>
            {
                isHere = true;
                DownloadCopy.Place(found.Path, target, isOurs: found is { Row: null, IsAlone: true });
                return new S3DownloadResult(target, found.Length, found.ETag, found.Outcome, found.Fetched);
            }, cancellation);
        }
        catch (S3DownloadException full) when (full.Failure == S3DownloadFailure.NoRoom && !isHere)
        {
            // Neither the cache nor a folder for temporary files takes it, as in a container that may write to one volume only; where it is wanted there may be room.
            var beside = Path.Combine(Path.GetDirectoryName(target)!, $"{Guid.NewGuid():N}.part");
            var found = await FetchPastAsync(s3Url, beside, options ?? new(), cancellation);
            DownloadCopy.Place(beside, target, isOurs: true);
            return new(target, found.Length, found.ETag, found.Outcome, found.Fetched);
        }
    }

    private async Task<S3DownloadResult> WriteAsync(string s3Url, string target, S3DownloadOptions? options, CancellationToken cancellation)
    {
        var (result, from) = await HandOutAsync(s3Url, options, lease: false, found => (new S3DownloadResult(target, found.Length, found.ETag, found.Outcome, found.Fetched), Open(found)), cancellation);
        // Nobody may read from a pipe, or no more, and then the write cannot be called off.
        await Task.Run(() => DownloadCopy.Write(from, target), CancellationToken.None).WaitAsync(cancellation);
        return result;
    }

    private static FileStream Open(DownloadFound found) => new(found.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16,
        FileOptions.Asynchronous | FileOptions.SequentialScan | (found is { Row: null, IsAlone: true } ? FileOptions.DeleteOnClose : FileOptions.None));

    /// <summary>Fetches the object straight to a file, past the cache: for what is larger than it, and perhaps than a folder for temporary files.</summary>
    /// <inheritdoc cref="CopyToAsync"/>
    internal Task<DownloadFound> FetchPastAsync(string s3Url, string destination, S3DownloadOptions options, CancellationToken cancellation)
    {
        var ask = Ask(s3Url, options) with { To = destination };
        return flights.RunAsync($"{ask.Together} {destination}", options.Progress, (flight, stop) => fetcher.FetchAsync(ask, null, null, flight, stop), cancellation);
    }

    // The thread of a window is not to be held up by files and the index, nor needed where it waits for the result.
    private Task<T> HandOutAsync<T>(string s3Url, S3DownloadOptions? options, bool lease, Func<DownloadFound, T> handOut, CancellationToken cancellation) => SynchronizationContext.Current is null
        ? HandOutHereAsync(s3Url, options, lease, handOut, cancellation)
        : Task.Run(() => HandOutHereAsync(s3Url, options, lease, handOut, cancellation), CancellationToken.None);

    private async Task<T> HandOutHereAsync<T>(string s3Url, S3DownloadOptions? options, bool lease, Func<DownloadFound, T> handOut, CancellationToken cancellation)
    {
        try
        {
            return await TryHandOutAsync(s3Url, options ?? new(), lease, handOut, cancellation);
        }
        catch (Exception cut) when (isEnding && cut is OperationCanceledException or ObjectDisposedException && !cancellation.IsCancellationRequested)
        {
            await Task.Delay(Grace, time, cancellation);
            throw;
        }
    }

    private async Task<T> TryHandOutAsync<T>(string s3Url, S3DownloadOptions options, bool lease, Func<DownloadFound, T> handOut, CancellationToken cancellation)
    {
        var ask = Ask(s3Url, options) with { Lease = lease };
        for (var attempt = 1; ; attempt++)
        {
            // What is evicted again and again before it is handed out comes past the cache.
            var open = attempt < Attempts ? Store() : null;
            var found = await FindAsync(ask, options, open, cancellation);
            try
            {
                if (found.Row is not null && !Holds(open!, found.Row, lease)) continue;
                if (found.Row is { Packed: true })
                {
                    if (await UnpackAsync(open!, found, cancellation) is not { } plain) continue;
                    found = plain;
                }
                var result = handOut(found);
                open?.Note(ask.Key, found.Length, found.Fetched, found.Outcome is not (S3DownloadOutcome.Miss or S3DownloadOutcome.Bypass));
                Used(s3Url, options);
                return result;
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException && found.Row is not null)
            {
                // Evicted between the lookup and now: nobody had a lease on it.
            }
        }
    }

    private bool Holds(DownloadStore open, DownloadRow row, bool lease) => Try(open, () => open.HandOut(row, lease), () => File.Exists(open.PathOf(row.Key)));

    private async Task<DownloadFound> FindAsync(DownloadAsk ask, S3DownloadOptions options, DownloadStore? open, CancellationToken cancellation)
    {
        // Most calls without validation end here.
        if (open is not null && !ask.Skip && !ask.Validate && Look(open, ask) is { IsKnown: true } row) return DownloadFound.In(open, row, S3DownloadOutcome.Hit);
        return await flights.RunAsync(ask.Together, options.Progress, (flight, stop) => ResolveAsync(ask, open, flight, stop), cancellation);
    }

    private async Task<DownloadFound> ResolveAsync(DownloadAsk ask, DownloadStore? open, DownloadFlight flight, CancellationToken cancellation)
    {
        var row = open is null || ask.Skip ? null : Look(open, ask);
        if (row is not null && !Holds(open!, row, lease: false)) row = null;
        if (row is { IsKnown: true } && !ask.Validate) return DownloadFound.In(open!, row, S3DownloadOutcome.Hit);
        if (row is not null && await CurrentAsync(ask, open!, row, cancellation) is { } current) return DownloadFound.In(open!, current, S3DownloadOutcome.Revalidated);
        return await fetcher.FetchAsync(ask, open, row, flight, cancellation);
    }

    // The entry when it is current, else null.
    private async Task<DownloadRow?> CurrentAsync(DownloadAsk ask, DownloadStore open, DownloadRow row, CancellationToken cancellation)
    {
        try
        {
            var head = await ask.Source.ChangedAsync(ask.ObjectKey, row.IsKnown ? row.Version : null, cancellation);
            if (head is null) return row;
            if (row.IsKnown || head.Length != row.Length || head.Md5 is not { } md5 || !DownloadCopy.HasMd5(open.PathOf(row.Key), md5)) return null;
            return open.Know(row with { Url = ask.Url, Place = ask.Source.Place, ETag = head.Version.ETag, Modified = head.Version.LastModified, Sha256 = DownloadSums.Of(open.PathOf(row.Key), packed: false, hash: true).Sha256 });
        }
        catch (S3DownloadException gone) when (gone.Failure == S3DownloadFailure.NotFound)
        {
            Drop(open, row);
            throw;
        }
        catch (OriginException failure)
        {
            throw new S3DownloadException(S3DownloadFailure.Network, failure.Message, failure);
        }
        catch (Exception failure) when (DownloadTrouble.Is(failure))
        {
            Trouble(open, failure);
            return null;
        }
    }

    private DownloadRow? Look(DownloadStore open, DownloadAsk ask) => Try(open, () => open.Find(ask.Key, ask.Source.Place), () => null);

    private void Drop(DownloadStore open, DownloadRow row) => Try(open, () => open.Remove(row), () => false);

    private T Try<T>(DownloadStore open, Func<T> use, Func<T> otherwise)
    {
        try
        {
            return use();
        }
        catch (Exception failure) when (DownloadTrouble.Is(failure))
        {
            Trouble(open, failure);
            return otherwise();
        }
    }

    private DownloadAsk Ask(string s3Url, S3DownloadOptions options)
    {
        if (!S3Location.TryParse(s3Url, out var place, out var wrong)) throw new ArgumentException(wrong);
        if (place.Prefix.Length == 0) throw new ArgumentException($"'{s3Url}' names no object: it should look like s3://bucket/key.");
        return new(s3Url, KeyOf(s3Url, options.Profile), place.Prefix, Source(place.Bucket, options), options.SkipCache, options.ValidateETag) { ETagIsMd5 = options.ETagIsMd5 };
    }

    private string KeyOf(string s3Url, string? profile) => DownloadKey.Of(s3Url, profile ?? (Options.Credentials is null ? Environment.GetEnvironmentVariable("AWS_PROFILE") : DownloadKey.Given));

    private DownloadSource Source(string bucket, S3DownloadOptions options)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var access = new S3DownloadOptions { Profile = options.Profile, Endpoint = options.Endpoint ?? Options.Endpoint, Region = options.Region ?? Options.Region, ForcePathStyle = options.ForcePathStyle, RequesterPays = options.RequesterPays };
        return sources.TryGetValue((bucket, access), out var known) ? known : sources.GetOrAdd((bucket, access), static (at, self) =>
            self.Connect(new() { Bucket = at.Bucket, Profile = at.Options.Profile, Credentials = at.Options.Profile is null ? self.Options.Credentials : null, Endpoint = at.Options.Endpoint, Region = at.Options.Region, ForcePathStyle = at.Options.ForcePathStyle, RequesterPays = at.Options.RequesterPays, Retries = Retries }, self.time, self.log), this);
    }

    private DownloadStore? Store()
    {
        if (Volatile.Read(ref store) is { IsCurrent: true } open) return open;
        if (!Options.Enabled) return null;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (store is { IsCurrent: false })
            {
                retired.Add(store);
                store = null;
            }
            if (store is not null || time.GetUtcNow() < notBefore) return store;
            try
            {
                store = new DownloadStore(Options, time, log, suspicious);
                suspicious = false;
                var fresh = store;
                Volatile.Write(ref tidying, Task.Run(() => Tidy(fresh)));
                return fresh;
            }
            catch (Exception failure) when (DownloadTrouble.Is(failure))
            {
                trouble.Unusable(Options.Directory, failure);
                notBefore = time.GetUtcNow() + Retry;
                return null;
            }
        }
    }

    // A damaged index is put aside by whoever opens it next; calls that still use it go past the cache.
    private void Trouble(DownloadStore open, Exception failure)
    {
        trouble.Unusable(Options.Directory, failure);
        if (failure is not SqliteException damage || !damage.IsDamage()) return;
        lock (gate)
        {
            if (store != open) return;
            retired.Add(open);
            (store, suspicious) = (null, true);
        }
    }
}
