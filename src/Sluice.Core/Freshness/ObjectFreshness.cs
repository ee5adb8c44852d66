namespace Sluice.Core.Freshness;

/// <summary>The times that decide whether a stored object may be used (RFC 9111 section 4.2, RFC 5861).</summary>
public sealed record ObjectFreshness
{
    // Clocks of nodes that share objects differ by seconds. What was received later than that is of a clock that was set back since.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>When the response was received (response_time).</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Its age at that moment (corrected_initial_age).</summary>
    public TimeSpan InitialAge { get; init; }

    /// <summary>Its freshness lifetime, counted from age zero.</summary>
    public TimeSpan Lifetime { get; init; }

    /// <summary>How long beyond its lifetime it may be served while it is refreshed behind the answer (RFC 5861 section 3).</summary>
    public TimeSpan StaleWhileRevalidate { get; init; }

    /// <summary>How long beyond its lifetime it may be served because the origin fails (RFC 5861 section 4).</summary>
    public TimeSpan StaleIfError { get; init; }

    /// <summary>True when it must never be served without asking the origin (no-cache).</summary>
    public bool AlwaysRevalidate { get; init; }

    /// <summary>True when it must never be served stale (must-revalidate, proxy-revalidate, s-maxage).</summary>
    public bool NeverStale { get; init; }

    /// <summary>True when no request has it served stale, by max-stale or stale-if-error: its answer has s-maxage, and says itself how far it may be.</summary>
    public bool NeverStaleOnRequest { get; init; }

    /// <summary>True when others may have it unasked for some time. What never was fresh is kept to be confirmed only: it is the answer to one request, and may be by a cookie that no Vary names.</summary>
    public bool HasLifetime => Lifetime > TimeSpan.Zero && !AlwaysRevalidate;

    /// <summary>The age at <paramref name="now"/> (current_age); never below zero, whatever the clock does. Of what was received in the future nobody knows it: its lifetime is over.</summary>
    public TimeSpan AgeAt(DateTimeOffset now)
    {
        var resident = now - ReceivedAt;
        if (resident < -Skew && InitialAge < Lifetime) return Lifetime;
        return InitialAge + (resident > TimeSpan.Zero ? resident : TimeSpan.Zero);
    }

    /// <summary>How long it stays fresh from <paramref name="now"/> on; negative once stale.</summary>
    public TimeSpan RemainingAt(DateTimeOffset now) => Lifetime - AgeAt(now);
}
