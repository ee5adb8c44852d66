using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Sluice.S3.Signing;

namespace Sluice.S3.PresignedUrls;

/// <summary>Takes newer credentials over while requests go on: the old ones sign until the new ones are proven, and each URL changes hands only when the server takes the new one.</summary>
internal sealed class PresignRotation(PresignedUrlCache urls, ILogger log) : IDisposable
{
    private const int AtOnce = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly PresignProbe probe = new();

    /// <summary>Tag of the store's entries that a credential signed.</summary>
    public static string TagOf(S3Credentials credentials) =>
        "credential:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{credentials.AccessKey}|{credentials.SessionToken}")).AsSpan(0, 8));

    /// <summary>True when no other rotation runs; the caller then runs <see cref="RunReservedAsync"/>.</summary>
    public bool TryReserve() => one.Wait(0);

    /// <summary>Rotates, after any rotation under way.</summary>
    public async Task<RotationReport> RunAsync(CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        return await RunReservedAsync(cancellation);
    }

    /// <summary>Rotates; the place was reserved.</summary>
    public async Task<RotationReport> RunReservedAsync(CancellationToken cancellation)
    {
        try
        {
            var report = await RotateAsync(cancellation);
            PresignEvents.Rotated(log, report.Rotated ? "done" : "not done", report.Resigned, report.Probed, report.Refused, report.Purged, report.Reason);
            return report;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => probe.Dispose();

    private async Task<RotationReport> RotateAsync(CancellationToken cancellation)
    {
        var old = urls.Credentials.Active;
        if (await urls.Credentials.AskAnewAsync(cancellation) is not { } next)
            return new(false, 0, 0, 0, 0, "No credentials were found; the old ones go on signing. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or check the profile.");
        if (next == old) return new(false, 0, 0, 0, 0, "The credentials are still the same. Put the new key into the profile file first, then rotate; where keys are environment variables, restart instead.");
        var held = urls.Memory.Hottest();
        var (verdict, tried) = await ProveAsync(held, next, cancellation);
        if (verdict != PresignVerdict.Taken)
        {
            urls.Credentials.Refuse(next);
            return new(false, 0, tried, tried, 0, verdict == PresignVerdict.Refused
                ? "The server refused what the new credentials signed; the old ones go on signing. Check the new key and its rights."
                : "The server could not be reached to try the new credentials; the old ones go on signing. Try again when it answers.");
        }
        urls.Credentials.TakeOver(next);
        return await TakeOverAsync(held, old, next, tried, cancellation);
    }

    // The hottest path decides; one that the old credentials cannot read either says nothing about the new ones.
    private async Task<(PresignVerdict Verdict, int Tried)> ProveAsync(IReadOnlyList<KeyValuePair<PresignKey, PresignEntry>> held, S3Credentials next, CancellationToken cancellation)
    {
        var tried = 0;
        foreach (var (key, entry) in held.Where(pair => PresignProbe.CanTry(pair.Key)).Take(AtOnce))
        {
            tried++;
            var verdict = await TryAsync(key, entry, next, cancellation);
            if (verdict != PresignVerdict.Unclear) return (verdict, tried);
        }
        var any = new PresignKey("sluice-probe", PresignOptions.Default);
        return (await AskAsync(any, Url(any, next), missingRight: true, cancellation), tried + 1);
    }

    private async Task<RotationReport> TakeOverAsync(IReadOnlyList<KeyValuePair<PresignKey, PresignEntry>> held, S3Credentials? old, S3Credentials next, int tried, CancellationToken cancellation)
    {
        var (resigned, probed, refused, purged) = (0, tried, 0, 0);
        await Parallel.ForEachAsync(held, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (pair, stop) =>
        {
            var (key, entry) = pair;
            if (entry.Credentials == next) return;
            if (PresignProbe.CanTry(key))
            {
                Interlocked.Increment(ref probed);
                if (await TryAsync(key, entry, next, stop) == PresignVerdict.Refused)
                {
                    Interlocked.Increment(ref refused);
                    return;
                }
            }
            if (urls.Targets.For(key.Options) is not { } target || urls.Make(key, target, next, urls.Time.GetUtcNow(), entry.Level) is not { } fresh) return;
            fresh.Hits = entry.Hits;
            if (!urls.Memory.Replace(key, entry, fresh)) return;
            urls.Store(key, target, fresh);
            Interlocked.Increment(ref resigned);
        });
        if (old is not null && urls.Kept is { } store)
        {
            try
            {
                purged = await store.DeleteAsync(TagOf(old), cancellation);
            }
            catch (Exception failure) when (PresignStore.IsFailure(failure))
            {
                // What the old key signed is not accepted from the store any more, so it does no harm there until it expires.
            }
        }
        // What they were before nobody has seen: where nothing was changed, they are the old ones still.
        return new(true, resigned, probed, refused, purged, old is null ? "Nothing was signed since the start, so these may be the credentials that were there before. They sign; deactivate the old key only where the new one was put into the profile file, or the server restarted with it."
            : refused == 0 ? "The new credentials sign. The old key can be deactivated once the URLs it signed have expired."
            : "The new credentials sign, but some objects are refused to them: give them the old ones' rights before deactivating the old key.");
    }

    private async Task<PresignVerdict> TryAsync(PresignKey key, PresignEntry entry, S3Credentials next, CancellationToken cancellation)
    {
        var verdict = await AskAsync(key, Url(key, next), missingRight: false, cancellation);
        if (verdict != PresignVerdict.Refused || entry.Credentials == next) return verdict;
        var before = await AskAsync(key, Url(key, entry.Credentials), missingRight: false, cancellation);
        return before == PresignVerdict.Taken ? PresignVerdict.Refused : PresignVerdict.Unclear;
    }

    // A server that takes connections and answers nothing would hold this rotation, and every later one, for ever.
    private async Task<PresignVerdict> AskAsync(PresignKey key, string url, bool missingRight, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, urls.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await probe.TryAsync(key, url, missingRight, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return PresignVerdict.Unreachable;
        }
    }

    private string Url(PresignKey key, S3Credentials with) => urls.Targets.For(key.Options)!.Url(key, with, Second(), TimeSpan.FromMinutes(5));

    private DateTimeOffset Second()
    {
        var now = urls.Time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }
}
