using System.Collections.Concurrent;
using Sluice.S3.Signing;

namespace Sluice.S3.PresignedUrls;

/// <summary>Tries URLs before they are handed out, where that is wanted (row U076), and remembers for a moment which the server does not take.</summary>
internal sealed class PresignCheck(PresignCounters counters, TimeProvider time, int mostRemembered = 10_000) : IDisposable
{
    /// <summary>How long a refusal is remembered: a missing object may be put there, a right granted.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private sealed record Refusal(S3Credentials With, int Status, long Until);

    private readonly PresignProbe probe = new();
    private readonly ConcurrentDictionary<PresignKey, Refusal> refusals = new(PresignKeyComparer.Instance);

    /// <summary>Passes unless the server refused this key to these credentials a moment ago.</summary>
    /// <exception cref="PresignedUrlException">It did.</exception>
    public void Recall(PresignKey key, S3Credentials with)
    {
        if (!refusals.TryGetValue(key, out var refusal)) return;
        if (time.GetTimestamp() < refusal.Until && refusal.With == with) throw Refused(refusal.Status);
        refusals.TryRemove(new(key, refusal));
    }

    /// <summary>Passes when the server takes the URL. One that does not answer, or is in trouble, says nothing about the URL.</summary>
    /// <exception cref="PresignedUrlException">The server does not take it.</exception>
    public async Task PassAsync(PresignKey key, string url, S3Credentials with)
    {
        if (!PresignProbe.CanTry(key)) return;
        using var patience = new CancellationTokenSource(Patience, time);
        // An empty object has no first byte to ask for: 416.
        if (await probe.StatusAsync(key, url, patience.Token) is not { } status || status is (>= 200 and < 400) or 416 or 429 or >= 500) return;
        counters.Add(PresignCount.Refused);
        if (refusals.Count >= mostRemembered) Forget();
        refusals[key] = new(with, status, time.GetTimestamp() + (long)(Memory.TotalSeconds * time.TimestampFrequency));
        throw Refused(status);
    }

    /// <summary>Nothing is remembered any more.</summary>
    public void Forget() => refusals.Clear();

    /// <summary>Nothing is remembered of a path: its object changed.</summary>
    public void Forget(string path)
    {
        foreach (var key in refusals.Keys)
            if (key.Path == path) refusals.TryRemove(key, out _);
    }

    public void Dispose() => probe.Dispose();

    private static PresignedUrlException Refused(int status) =>
        new(status == 404 ? "The server has no such object (404)." : $"The server does not take the URL that these credentials sign ({status}). Check the key, its rights and the clock.", status);
}
