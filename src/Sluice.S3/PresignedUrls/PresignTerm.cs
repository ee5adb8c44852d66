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
    /// <param name="notBefore">Ticks of a whole second before which nothing is signed: what was is void. The period ends when it would have.</param>
    public static PresignTerm? For(PresignedUrlsOptions options, TimeSpan expires, ulong hash, DateTimeOffset now, DateTimeOffset? credentialEnd, long notBefore = 0)
    {
        // In ticks throughout: this runs for each signature, and dates check themselves at every step.
        var (at, period) = (now.UtcTicks, (long)(expires.Ticks * options.CacheBufferFactor));
        if (options.MinimumRemaining is { Ticks: var least } && expires.Ticks - period < least) period = Math.Max(0, expires.Ticks - least);
        var signed = at - (at % TimeSpan.TicksPerSecond);
        if (options.Stable && expires >= ShortestStable)
        {
            period = Math.Max(period - (period % TimeSpan.TicksPerSecond), TimeSpan.TicksPerSecond);
            var offset = (long)(hash % (ulong)(period / TimeSpan.TicksPerSecond)) * TimeSpan.TicksPerSecond;
            signed -= (((signed - offset) % period) + period) % period;
        }
        var until = signed + period;
        signed = Math.Max(signed, Math.Min(notBefore, at - (at % TimeSpan.TicksPerSecond)));
        var refresh = until - Window(options, period);
        if (credentialEnd is not { UtcTicks: var end } || end >= signed + expires.Ticks) return Of(signed, expires.Ticks, refresh, until, false);
        var lifetime = end - signed;
        lifetime -= lifetime % TimeSpan.TicksPerSecond;
        var left = signed + lifetime - at;
        if (left < TimeSpan.TicksPerSecond) return null;
        // Shares of what is left, not of a validity that mostly lies behind.
        until = Math.Min(until, at + (long)(left * options.CacheBufferFactor));
        return Of(signed, lifetime, until - Window(options, until - at), until, true);
    }

    // A time given for URLs of the usual validity would be all of a short one's.
    private static long Window(PresignedUrlsOptions options, long use) => options.RefreshBefore is { Ticks: var before } ? Math.Min(before, use / 2) : (long)(use * options.RefreshThreshold);

    private static PresignTerm Of(long signed, long lifetime, long refresh, long until, bool shortened) =>
        new(new(signed, TimeSpan.Zero), new(lifetime), new(refresh, TimeSpan.Zero), new(until, TimeSpan.Zero), shortened);
}
