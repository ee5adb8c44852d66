using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sluice.Core.Flights;
using Sluice.Core.KeyValue;
using Sluice.S3.Credentials;
using Sluice.S3.Signing;

namespace Sluice.S3.PresignedUrls;

/// <summary>Signs URLs once and hands them out until they near their end. A hit is a look-up in memory: no lock, no waiting, nothing allocated.</summary>
internal sealed partial class PresignedUrlCache : IPresignedUrls, IAsyncDisposable, IDisposable
{
    // What an entry takes with its key and its place in the dictionary, and what its text adds.
    private const long EntryBytes = 330;
    private const long ReadyBytes = 800;

    // Looking at the clock costs as much as the rest of a hit: one in so many is timed.
    private const int SampledHits = 16;

    private sealed record Flown(PresignEntry Entry) : IDisposable
    {
        public void Dispose() { }
    }

    private readonly PresignedUrlsOptions options;
    private readonly PresignTargets targets;
    private readonly PresignCredentials credentials;
    private readonly PresignCounters counters;
    private readonly PresignMemory memory;
    private readonly PresignStore? store;
    private readonly PresignVoids voids;
    private readonly PresignRotation rotation;
    private readonly PresignCheck? check;
    private readonly TimeProvider time;
    private readonly PresignTrace trace;
    private readonly FlightTable<Flown> flights = new();
    private readonly ConcurrentDictionary<Task, byte> background = new();
    private readonly CancellationTokenSource closing = new();
    private readonly PresignedUrlsOptions fresh;
    private readonly ulong share;
    private int disposed;

    public PresignedUrlCache(PresignedUrlsOptions options, PresignTargets targets, IS3Credentials chain, IKeyValueStore? store, TimeProvider time, ILogger log)
    {
        (this.options, this.targets, this.time, trace) = (options, targets, time, new(log, options.Records));
        fresh = options with { Stable = false };
        share = options.Share >= 1 ? ulong.MaxValue : (ulong)(options.Share * ulong.MaxValue);
        credentials = new(chain, time) { Changed = BeginRotation };
        counters = new(options.StorageType) { Sizes = Sizes };
        memory = new(options.MaximumEntries, options.ReadyUrls, time);
        this.store = store is null ? null : new(store, options.StoreTimeout, counters, time);
        voids = new(time);
        rotation = new(this, log);
        check = options.VerifyBeforeUse ? new(counters, time) : null;
        PresignMeter.Begin(counters);
    }

    /// <summary>Refreshes and rotations under way, for tests.</summary>
    internal bool IsIdle => background.IsEmpty && (store?.Unwritten ?? 0) == 0;

    public ValueTask<PresignedUrl> GetAsync(string path, PresignOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= PresignOptions.Default;
        if (share < ulong.MaxValue && (share == 0 || PresignKey.Hash(PresignKey.Normalise(path)) >= share)) return Direct(path, options, cancellation);
        var (started, now) = (time.GetTimestamp(), time.GetUtcNow().UtcTicks);
        var entry = memory.Find(path, options);
        if (entry is not null && !entry.IsUsable(now, started)) entry = Successor(path, options, entry, now, started);
        if (entry is null) return FetchAsync(path, options, started, cancellation);
        var url = entry.Ready ?? Ready(KeyOf(path, options), entry);
        entry.Hits++;
        // Written only when it changes, so that processors can share the line.
        if (!entry.Recent) entry.Recent = true;
        if (!entry.RecentText) entry.RecentText = true;
        if (now >= entry.RefreshFrom) BeginRefresh(path, options, entry, now);
        CountHit(started);
        if (trace.IsOn) TellHit(path, started);
        return new(url);
    }

    public PresignStatistics GetStatistics() => PresignStatistics.Of(counters, memory.Count);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        PresignMeter.End(counters);
        await closing.CancelAsync();
        await Task.WhenAll(background.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (store is not null) await store.DisposeAsync();
        rotation.Dispose();
        check?.Dispose();
        (credentials.Chain as IDisposable)?.Dispose();
    }

    // Elsewhere: what it waits for could have to come back to this thread, as with that of a window.
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    private static PresignKey KeyOf(string path, PresignOptions options) => new(path is ['/', ..] ? path[1..] : path, options);

    // What was signed ahead takes over at its moment, not before: at any time all processes hand out the same URL.
    private PresignEntry? Successor(string path, PresignOptions options, PresignEntry entry, long now, long timestamp)
    {
        if (Volatile.Read(ref entry.Next) is not { } next || !next.IsUsable(now, timestamp)) return null;
        memory.Replace(KeyOf(path, options), entry, next);
        return next;
    }

    private async ValueTask<PresignedUrl> FetchAsync(string path, PresignOptions options, long started, CancellationToken cancellation)
    {
        var key = KeyOf(path, options);
        var target = targets.Check(key);
        using var ticket = flights.Join(key.Text(this.options.StorageType, target.Region), _ => MakeAsync(key, target), out var leads);
        try
        {
            var entry = (await ticket.Result.WaitAsync(cancellation).ConfigureAwait(false)).Entry;
            if (!leads)
            {
                CountHit(started);
                trace.Hit(path);
            }
            return Ready(key, entry);
        }
        finally
        {
            if (trace.IsOn) trace.Duration(time.GetElapsedTime(started));
        }
    }

    private ValueTask<PresignedUrl> Direct(string path, PresignOptions options, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var key = KeyOf(path, options);
        var target = targets.Check(key);
        var now = time.GetUtcNow();
        if (check is not null || !credentials.TryGet(now, out var with)) return new(AwayAsync(() => DirectAsync(key, target, started, cancellation)));
        var term = FreshTerm(key, with, now);
        return new(HandOut(Sign(key, target, with, term), term, now, started));
    }

    private async Task<PresignedUrl> DirectAsync(PresignKey key, PresignTarget target, long started, CancellationToken cancellation)
    {
        var with = await FindCredentialsAsync(cancellation);
        check?.Recall(key, with);
        var now = time.GetUtcNow();
        var term = FreshTerm(key, with, now);
        var url = Sign(key, target, with, term);
        if (check is not null) await check.PassAsync(key, url, with);
        return HandOut(url, term, now, started);
    }

    private PresignTerm FreshTerm(PresignKey key, S3Credentials with, DateTimeOffset now) =>
        PresignTerm.For(fresh, key.Options.Expires ?? options.Expires, 0, now, with.Expires) ?? throw AboutToExpire();

    private PresignedUrl HandOut(string url, in PresignTerm term, DateTimeOffset now, long started)
    {
        counters.Add(PresignCount.Direct);
        var took = time.GetElapsedTime(started);
        PresignMeter.HandedOut(counters, "direct", took);
        if (trace.IsOn) trace.Duration(took);
        return new(url, term.SignedAt, term.ExpiresAt, now);
    }

    private PresignedUrl Ready(PresignKey key, PresignEntry entry)
    {
        if (entry.Ready is { } ready) return ready;
        var (signed, ends) = (new DateTimeOffset(entry.SignedAt, TimeSpan.Zero), new DateTimeOffset(entry.ExpiresAt, TimeSpan.Zero));
        var text = targets.For(key.Options)!.Url(key, entry.Credentials, signed, ends - signed, entry.Signature);
        return MakeReady(entry, text);
    }

    private PresignedUrl MakeReady(PresignEntry entry, string text)
    {
        var url = new PresignedUrl(text, new(entry.SignedAt, TimeSpan.Zero), new(entry.ExpiresAt, TimeSpan.Zero), new(entry.UseUntil, TimeSpan.Zero));
        memory.KeepReady(entry, url);
        return url;
    }

    private void CountHit(long started)
    {
        if ((counters.Add(PresignCount.Hits) & (SampledHits - 1)) == 1) PresignMeter.HandedOut(counters, "hit", time.GetElapsedTime(started), SampledHits);
    }

    private void TellHit(string path, long started)
    {
        trace.Hit(path);
        trace.Duration(time.GetElapsedTime(started));
    }

    private PresignSizes Sizes()
    {
        var usage = store?.Usage() ?? default;
        var entries = memory.Count;
        return new(entries, (entries * EntryBytes) + (Math.Min(entries, options.ReadyUrls) * ReadyBytes), usage.Entries, usage.Bytes, usage.MaximumBytes ?? 0);
    }

    // As with Dispose: who waits on the thread of a window would wait for ever for what has to come back to it.
    private static Task<T> AwayAsync<T>(Func<Task<T>> work) => SynchronizationContext.Current is null ? work() : Task.Run(work);

    private void Track(Func<Task> work)
    {
        var task = Task.Run(work);
        background[task] = 0;
        task.ContinueWith(done => background.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
