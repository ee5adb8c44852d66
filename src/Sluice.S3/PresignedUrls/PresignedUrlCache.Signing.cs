using Sluice.S3.Signing;

namespace Sluice.S3.PresignedUrls;

internal sealed partial class PresignedUrlCache
{
    private const int HitsToDouble = 100;
    private const int HitsToKeep = 10;
    private static readonly TimeSpan RefreshRetry = TimeSpan.FromSeconds(5);

    // Two nodes hear of one change a moment apart; what the first of them signs is good for both.
    private static readonly long VoidTolerance = TimeSpan.FromSeconds(5).Ticks;

    private async Task<Flown> MakeAsync(PresignKey key, PresignTarget target)
    {
        while (true)
        {
            var known = voids.Of(key.Path);
            var made = await MakeOnceAsync(key, target);
            // Forgotten while it was made: what was found or signed may be from before.
            if (ReferenceEquals(voids.Of(key.Path), known)) return made;
            memory.Remove(key, made.Entry);
        }
    }

    // One at a time for each key: memory again (somebody may have been faster), store, signature.
    private async Task<Flown> MakeOnceAsync(PresignKey key, PresignTarget target)
    {
        var started = time.GetTimestamp();
        var held = memory.Find(key);
        if (held is not null && Usable(held) is { } entry)
        {
            CountHit(started);
            trace.Hit(key.Path);
            return new(entry);
        }
        var with = await FindCredentialsAsync(CancellationToken.None);
        check?.Recall(key, with);
        var available = store is { IsAvailable: true };
        var failed = store is not null && !available;
        if (available)
        {
            try
            {
                if (await LookUpAsync(key, target, with) is { } stored)
                {
                    await PassAsync(key, stored, with);
                    memory.Put(key, stored);
                    return new(stored);
                }
            }
            catch (Exception failure) when (PresignStore.IsFailure(failure))
            {
                failed = true;
            }
        }
        if (failed) counters.Add(PresignCount.Fallbacks);
        counters.Add(PresignCount.Misses);
        trace.Miss(key.Path);
        entry = Make(key, target, with, time.GetUtcNow(), LevelAfter(held)) ?? throw AboutToExpire();
        await PassAsync(key, entry, with);
        memory.Put(key, entry);
        Store(key, target, entry);
        PresignMeter.HandedOut(counters, "miss", time.GetElapsedTime(started));
        return new(entry);
    }

    private Task PassAsync(PresignKey key, PresignEntry entry, S3Credentials with) => check is null ? Task.CompletedTask : check.PassAsync(key, Ready(key, entry).Url, with);

    private PresignEntry? Usable(PresignEntry entry)
    {
        var (now, timestamp) = (time.GetUtcNow().UtcTicks, time.GetTimestamp());
        return entry.IsUsable(now, timestamp) ? entry : Volatile.Read(ref entry.Next) is { } next && next.IsUsable(now, timestamp) ? next : null;
    }

    // Row MTR-26: an error is told and goes on to the caller.
    private async Task<PresignEntry?> LookUpAsync(PresignKey key, PresignTarget target, S3Credentials with)
    {
        try
        {
            var stored = await store!.GetAsync(key.Text(options.StorageType, target.Region), CancellationToken.None);
            if (stored is null || Accept(key, target, with, stored) is not { } entry) return null;
            counters.Add(PresignCount.Hits);
            trace.Hit(key.Path);
            return entry;
        }
        catch (Exception failure) when (PresignStore.IsFailure(failure))
        {
            trace.CacheError(key.Path, failure);
            throw;
        }
    }

    // A stored URL counts when these credentials would give the same one: another key's, another bucket's or a damaged one is a miss.
    private PresignEntry? Accept(PresignKey key, PresignTarget target, S3Credentials with, PresignStored stored)
    {
        var (now, created, ends) = (time.GetUtcNow(), DateTimeOffset.FromUnixTimeMilliseconds(stored.CreatedAt), DateTimeOffset.FromUnixTimeMilliseconds(stored.ExpiresAt));
        if (ends <= now)
        {
            counters.Add(PresignCount.Expirations);
            return null;
        }
        if (created > now || PresignOptions.LifetimeError(ends - created) is not null) return null;
        byte level = 0;
        while (options.AdaptiveMaximum is not null && key.Options.Expires is null && level < 20 && Expiry(key, level) < ends - created) level++;
        var (at, expected) = options.Stable ? (now, (TimeSpan?)null) : (created, ends - created);
        var since = voids.Of(key.Path).Since;
        // One signed within the period was signed because of a change that this process may not have seen: before its start, or on another node.
        if (created.UtcTicks >= since - VoidTolerance) since = created.UtcTicks;
        if (PresignTerm.For(options, expected ?? Expiry(key, level), target.HashOf(key), at, with.Expires, since) is not { } term) return null;
        if (term.SignedAt != created || term.ExpiresAt != ends || term.UseUntil <= now || with.Expires < ends) return null;
        // Signed, not put together: one by a wrong secret of the same key would be handed out until its end, whatever is mended meanwhile.
        if (target.Url(key, with, created, ends - created) != stored.Url) return null;
        var entry = new PresignEntry(term, with, stored.Url, Deadline(term.UseUntil, now), level);
        MakeReady(entry, stored.Url);
        return entry;
    }

    /// <summary>Signs a URL to be handed out at <paramref name="at"/>; null when the credentials are about to end.</summary>
    internal PresignEntry? Make(PresignKey key, PresignTarget target, S3Credentials with, DateTimeOffset at, byte level)
    {
        if (PresignTerm.For(options, Expiry(key, level), target.HashOf(key), at, with.Expires, voids.Of(key.Path).Since) is not { } term) return null;
        var url = Sign(key, target, with, term);
        var entry = new PresignEntry(term, with, url, Deadline(term.UseUntil, time.GetUtcNow()), level);
        MakeReady(entry, url);
        return entry;
    }

    /// <summary>Hands an entry to the store.</summary>
    internal void Store(PresignKey key, PresignTarget target, PresignEntry entry)
    {
        if (store is null || entry.UseUntil <= time.GetUtcNow().UtcTicks) return;
        var (created, ends) = (new DateTimeOffset(entry.SignedAt, TimeSpan.Zero), new DateTimeOffset(entry.ExpiresAt, TimeSpan.Zero));
        store.Set(key.Text(options.StorageType, target.Region), new PresignStored
        {
            Url = Ready(key, entry).Url, OriginalUrl = target.OriginalUrl(key.Path), CreatedAt = created.ToUnixTimeMilliseconds(), ExpiresAt = ends.ToUnixTimeMilliseconds(),
            Path = key.Path, StorageType = options.StorageType, Region = target.Region,
        }, new(entry.UseUntil, TimeSpan.Zero), PresignRotation.TagOf(entry.Credentials), PresignStore.TagOfPath(key.Path));
    }

    private string Sign(PresignKey key, PresignTarget target, S3Credentials with, in PresignTerm term)
    {
        counters.Add(PresignCount.Signatures);
        var started = time.GetTimestamp();
        var url = target.Url(key, with, term.SignedAt, term.Lifetime);
        PresignMeter.Generated(counters, time.GetElapsedTime(started));
        return url;
    }

    private void BeginRefresh(string path, PresignOptions given, PresignEntry entry, long now)
    {
        // A URL signed ahead is not valid yet, so that it cannot be tried: the next period's is signed and tried when it begins.
        if (check is not null && options.Stable && !entry.Shortened) return;
        if (entry.TryBeginRefresh(now)) BeginRefresh(KeyOf(path, given), entry);
    }

    // A method of its own: the closure is made where it begins, and every hit inside the window comes by.
    private void BeginRefresh(PresignKey key, PresignEntry entry)
    {
        counters.Add(PresignCount.Refreshes);
        trace.RefreshNeeded(key.Path);
        Track(() => RefreshAsync(key, entry));
    }

    private async Task RefreshAsync(PresignKey key, PresignEntry entry)
    {
        try
        {
            var target = targets.Check(key);
            var with = await FindCredentialsAsync(CancellationToken.None);
            var now = time.GetUtcNow();
            // A stable URL begins when the last one's period ends, so it is signed ahead for that moment.
            var ahead = options.Stable && !entry.Shortened && entry.UseUntil > now.UtcTicks;
            var next = Make(key, target, with, ahead ? new DateTimeOffset(entry.UseUntil, TimeSpan.Zero) : now, LevelAfter(entry)) ?? throw AboutToExpire();
            await PassAsync(key, next, with);
            if (next.SignedAt > now.UtcTicks) Volatile.Write(ref entry.Next, next);
            else memory.Replace(key, entry, next);
            Store(key, target, next);
        }
        catch (PresignedUrlException failure)
        {
            counters.Add(PresignCount.RefreshErrors);
            trace.RefreshFailed(key.Path, failure.Status is null ? "credentials" : "refused", failure.Message);
            entry.RefreshFailed((time.GetUtcNow() + RefreshRetry).UtcTicks);
        }
    }

    private ValueTask<S3Credentials> FindCredentialsAsync(CancellationToken cancellation) =>
        credentials.TryGet(time.GetUtcNow(), out var active) ? new(active) : AskForCredentialsAsync(cancellation);

    private async ValueTask<S3Credentials> AskForCredentialsAsync(CancellationToken cancellation)
    {
        try
        {
            return await credentials.GetAsync(cancellation);
        }
        catch (PresignedUrlException)
        {
            counters.Add(PresignCount.CredentialErrors);
            throw;
        }
    }

    private TimeSpan Expiry(PresignKey key, byte level)
    {
        if (key.Options.Expires is { } asked) return asked;
        if (options.AdaptiveMaximum is not { } longest || level == 0) return options.Expires;
        var doubled = options.Expires * (1L << level);
        return doubled < longest ? doubled : longest;
    }

    private byte LevelAfter(PresignEntry? entry)
    {
        if (entry is null || options.AdaptiveMaximum is not { } longest) return 0;
        if (entry.Hits >= HitsToDouble) return options.Expires * (1L << entry.Level) < longest ? (byte)(entry.Level + 1) : entry.Level;
        return entry.Hits < HitsToKeep && entry.Level > 0 ? (byte)(entry.Level - 1) : entry.Level;
    }

    private long Deadline(DateTimeOffset until, DateTimeOffset now) => time.GetTimestamp() + (long)((until - now).TotalSeconds * time.TimestampFrequency);

    private static PresignedUrlException AboutToExpire() => new("The credentials have expired, or will within the second, and no newer ones were found: renew them.");
}
