namespace Sluice.Edge.Tests.Model;

/// <summary>A stored response, as RFC 9111 describes it.</summary>
internal sealed class StoredResponse
{
    public required string Path { get; init; }

    public required ScriptedAnswer Answer { get; set; }

    /// <summary>response_time of section 4.2.3.</summary>
    public required DateTimeOffset ReceivedAt { get; set; }

    /// <summary>The request's value of the field that Vary names; meaningless without Vary.</summary>
    public required string? Foo { get; set; }

    /// <summary>Set when a HEAD told that there is another version now (section 4.3.5).</summary>
    public bool IsOutdated { get; set; }

    private ResponseDirectives Control => Answer.Control ?? new();

    /// <summary>Section 4.2.4.</summary>
    public bool MayBeStale => !Control.MustRevalidate && !Control.ProxyRevalidate && (Control.SharedMaxAge is null || Control.StaleIfError is not null) && !Control.NoCache;

    /// <summary>Section 5.2.2.10: s-maxage lets a request's max-stale do nothing.</summary>
    public bool MayBeStaleOnRequest => MayBeStale && Control.SharedMaxAge is null;

    public bool MustBeValidated => Control.NoCache;

    /// <summary>How long beyond its lifetime it may stand in for an origin that fails: what it says itself, else 24 hours for a good answer that had a lifetime.</summary>
    public TimeSpan StaleIfError =>
        Control.StaleIfError is { } seconds ? TimeSpan.FromSeconds(seconds)
        : Answer.Status < 400 && GivenLifetime > TimeSpan.Zero ? TimeSpan.FromHours(24) : TimeSpan.Zero;

    /// <summary>freshness_lifetime of section 4.2.1.</summary>
    public TimeSpan Lifetime => IsOutdated ? TimeSpan.Zero : GivenLifetime;

    private TimeSpan GivenLifetime
    {
        get
        {
            if (Control.SharedMaxAge is { } shared) return TimeSpan.FromSeconds(shared);
            if (Control.MaxAge is { } maxAge) return TimeSpan.FromSeconds(maxAge);
            if (Answer.Expires is { } expires) return expires > Answer.Date ? expires - Answer.Date : TimeSpan.Zero;
            // Section 4.2.2: a tenth of the time since it changed, a day at most; not for what says how to be reused.
            if (Control.NoCache || !(CacheModel.IsHeuristicallyCacheable(Answer.Status) || Control.Public)) return TimeSpan.Zero;
            if (Answer.LastModified is not { } modified || modified >= Answer.Date) return TimeSpan.Zero;
            var tenth = (Answer.Date - modified) / 10;
            return tenth > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : tenth;
        }
    }

    /// <summary>current_age of section 4.2.3. Nothing takes time here, so response_delay is zero.</summary>
    public TimeSpan AgeAt(DateTimeOffset now)
    {
        var apparent = ReceivedAt > Answer.Date ? ReceivedAt - Answer.Date : TimeSpan.Zero;
        var corrected = TimeSpan.FromSeconds(Answer.Age ?? 0);
        return (apparent > corrected ? apparent : corrected) + (now - ReceivedAt);
    }
}
