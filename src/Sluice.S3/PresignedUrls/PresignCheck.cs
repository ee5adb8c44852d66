namespace Sluice.S3.PresignedUrls;

/// <summary>Tries URLs before they are handed out, where that is wanted (row U076).</summary>
internal sealed class PresignCheck(PresignCounters counters, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly PresignProbe probe = new();

    /// <summary>Passes when the server takes the URL. One that does not answer, or is in trouble, says nothing about the URL.</summary>
    /// <exception cref="PresignedUrlException">The server does not take it.</exception>
    public async Task PassAsync(PresignKey key, string url)
    {
        if (!PresignProbe.CanTry(key)) return;
        using var patience = new CancellationTokenSource(Patience, time);
        // An empty object has no first byte to ask for: 416.
        if (await probe.StatusAsync(key, url, patience.Token) is not { } status || status is (>= 200 and < 400) or 416 or 429 or >= 500) return;
        counters.Add(PresignCount.Refused);
        throw new PresignedUrlException(status == 404 ? "The server has no such object (404)." : $"The server does not take the URL that these credentials sign ({status}). Check the key, its rights and the clock.", status);
    }

    /// <inheritdoc/>
    public void Dispose() => probe.Dispose();
}
