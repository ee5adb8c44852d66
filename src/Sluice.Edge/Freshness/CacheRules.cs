using Sluice.Core.Objects;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Freshness;

/// <summary>What an answer's own header fields say about storing and reusing it. A valid targeted field (RFC 9213) speaks instead of Cache-Control and Expires.</summary>
internal readonly struct CacheRules
{
    /// <summary>The fields that speak to this cache, the closest first.</summary>
    private static readonly string[] TargetedFields = ["Sluice-CDN-Cache-Control", "CDN-Cache-Control"];

    private readonly HeaderList headers;
    private readonly bool isTargeted;

    private CacheRules(HeaderList headers, CacheControl control, bool isTargeted) => (this.headers, Control, this.isTargeted) = (headers, control, isTargeted);

    public CacheControl Control { get; }

    public static CacheRules Read(HeaderList headers)
    {
        foreach (var name in TargetedFields)
            if (TargetedCacheControl.TryRead(headers, name, out var targeted)) return new(headers, targeted, true);
        return new(headers, CacheControl.Read(headers), false);
    }

    private string? Expires => isTargeted ? null : headers.Combined("Expires");

    /// <summary>True when the origin said how long it is fresh, or that it must be asked.</summary>
    public bool HasExplicitFreshness =>
        Control.MaxAge is not null || Control.SharedMaxAge is not null || Control.Has(CacheDirectives.NoCache) || Expires is not null;

    /// <summary>RFC 9111 section 3.5.</summary>
    public bool AllowsSharedUseOfAuthorised =>
        Control.Has(CacheDirectives.Public) || Control.Has(CacheDirectives.MustRevalidate) || Control.SharedMaxAge is not null;

    /// <summary>Meant for shared caches beyond doubt: cookies in it are then kept too.</summary>
    public bool IsExplicitlyShared => isTargeted || Control.Has(CacheDirectives.Public) || Control.SharedMaxAge is not null;

    /// <summary>RFC 9111 section 4.2.4. By s-maxage only where the same answer does not say itself how long it may be given stale, as frameworks write it ("s-maxage=60, stale-while-revalidate=600").</summary>
    public bool ForbidsStale =>
        Control.Has(CacheDirectives.MustRevalidate) || Control.Has(CacheDirectives.ProxyRevalidate)
        || (Control is { SharedMaxAge: not null, StaleWhileRevalidate: null, StaleIfError: null });

    /// <summary>Why it must not be stored at all, or null.</summary>
    public string? ForbidsStoring(int status)
    {
        if (Control.Has(CacheDirectives.MustUnderstand))
        {
            // RFC 9111 section 5.2.2.3: a status we understand overrides no-store, one we do not forbids storing.
            if (!Understands(status)) return "must-understand";
        }
        else if (Control.Has(CacheDirectives.NoStore)) return "no-store";

        return Control.Has(CacheDirectives.Private) ? "private" : null;
    }

    /// <summary>True for a field that private="…" or no-cache="…" keeps out of the store.</summary>
    public bool Excludes(string name) => Lists(Control.PrivateFields, name) || Lists(Control.NoCacheFields, name);

    /// <summary>The lifetime the origin gave (RFC 9111 section 4.2.1), or null.</summary>
    public TimeSpan? ExplicitLifetime(DateTimeOffset date, DateTimeOffset now)
    {
        if (Control.SharedMaxAge is { } shared) return TimeSpan.FromSeconds(shared);
        if (Control.MaxAge is { } seconds) return TimeSpan.FromSeconds(seconds);
        if (Expires is not { } expires) return null;
        // An invalid date, "0" above all, means already expired.
        return HttpDate.TryParse(expires, now, out var at) && at > date ? at - date : TimeSpan.Zero;
    }

    /// <summary>A tenth of the time since it last changed, a day at most (RFC 9111 section 4.2.2); null where the RFC allows no guess.</summary>
    public TimeSpan? HeuristicLifetime(int status, DateTimeOffset date)
    {
        if (HasExplicitFreshness || headers.Contains("Expires") || !(IsHeuristic(status) || Control.Has(CacheDirectives.Public))) return null;
        if (!HttpDate.TryParse(headers.First("Last-Modified"), date, out var modified) || modified >= date) return null;
        var tenth = (date - modified) / 10;
        return tenth > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : tenth;
    }

    /// <summary>True where an answer may be stored though it names no lifetime: by its status (RFC 9110 section 15.1), or because it says public (RFC 9111 section 3). A no-cache says only how to reuse it.</summary>
    public bool IsStorableWithoutLifetime(int status) => IsHeuristic(status) || Control.Has(CacheDirectives.Public);

    private static bool Understands(int status) =>
        status is 200 or 203 or 204 or 206 or 300 or 301 or 302 or 303 or 307 or 308 or 400 or 401 or 403 or 404 or 405 or 410 or 414 or 500 or 501 or 502 or 503 or 504;

    private static bool IsHeuristic(int status) => status is 200 or 203 or 204 or 206 or 300 or 301 or 308 or 404 or 405 or 410 or 414 or 501;

    private static bool Lists(string? list, string name)
    {
        if (list is null) return false;
        foreach (var field in new FieldNames(list))
            if (field.Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
