namespace Sluice.S3.PresignedUrls;

/// <summary>The times of one URL. With the defaults and an hour of validity: handed out for 3240 s, refreshed from 2916 s, so that 360 s are always left (decision D01).</summary>
/// <param name="SignedAt">The instant the URL is signed for, in whole seconds.</param>
/// <param name="Lifetime">Validity from then, in whole seconds.</param>
/// <param name="RefreshFrom">From when a refresh begins.</param>
/// <param name="UseUntil">Until when it is handed out.</param>
/// <param name="Shortened">True when the credential ends before the URL would have.</param>
internal readonly record struct PresignTerm(DateTimeOffset SignedAt, TimeSpan Lifetime, DateTimeOffset RefreshFrom, DateTimeOffset UseUntil, bool Shortened)
{
    // Rounding would take too much of a validity this short.
    private static readonly TimeSpan ShortestStable = TimeSpan.FromSeconds(10);

    public DateTimeOffset ExpiresAt => SignedAt + Lifetime;

    /// <summary>The times of a URL first handed out at <paramref name="now"/>; null when the credential is about to end.</summary>
    /// <param name="options">Factors and modes.</param>
    /// <param name="expires">Validity asked for.</param>
    /// <param name="hash">Hash of the key: where in the period it begins.</param>
    /// <param name="now">When.</param>
    /// <param name="credentialEnd">When the credential ends; null for never.</param>
    public static PresignTerm? For(PresignedUrlsOptions options, TimeSpan expires, ulong hash, DateTimeOffset now, DateTimeOffset? credentialEnd)
    {
        var use = TimeSpan.FromTicks((long)(expires.Ticks * options.CacheBufferFactor));
        if (options.MinimumRemaining is { } least && expires - use < least) use = expires > least ? expires - least : TimeSpan.Zero;
        var second = now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerSecond);
        var signed = second;
        if (options.Stable && expires >= ShortestStable)
        {
            var period = Math.Max(use.Ticks - (use.Ticks % TimeSpan.TicksPerSecond), TimeSpan.TicksPerSecond);
            use = TimeSpan.FromTicks(period);
            var offset = (long)(hash % (ulong)(period / TimeSpan.TicksPerSecond)) * TimeSpan.TicksPerSecond;
            signed = second - ((((second - offset) % period) + period) % period);
        }
        var signedAt = new DateTimeOffset(signed, TimeSpan.Zero);
        var until = signedAt + use;
        if (credentialEnd is { } end && end < signedAt + expires)
        {
            expires = TimeSpan.FromSeconds((long)(end - signedAt).TotalSeconds);
            var left = signedAt + expires - now;
            if (left < TimeSpan.FromSeconds(1)) return null;
            // Shares of what is left, not of a validity that mostly lies behind.
            var limit = now + (left * options.CacheBufferFactor);
            if (limit < until) until = limit;
            return new(signedAt, expires, now + ((until - now) * (1 - options.RefreshThreshold)), until, true);
        }
        return new(signedAt, expires, signedAt + ((until - signedAt) * (1 - options.RefreshThreshold)), until, false);
    }
}
