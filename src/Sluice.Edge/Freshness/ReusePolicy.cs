using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Core.Freshness;
using Sluice.Edge.Fields;

namespace Sluice.Edge.Freshness;

/// <summary>Decides whether a stored object may answer a request (RFC 9111 section 4). Allocates nothing.</summary>
internal static class ReusePolicy
{
    public static Reuse Evaluate(ObjectFreshness stored, IHeaderDictionary request, DateTimeOffset now)
    {
        var remaining = stored.RemainingAt(now);
        var lines = request.CacheControl;
        if (lines.Count == 0)
        {
            if (stored.AlwaysRevalidate) return Reuse.Revalidate;
            return remaining > TimeSpan.Zero ? Reuse.Fresh : Stale(stored, remaining);
        }

        var asked = Read(lines);
        if (stored.AlwaysRevalidate || asked.Has(CacheDirectives.NoCache)) return Reuse.Revalidate;
        if (asked.MaxAge is { } maxAge && stored.AgeAt(now) > TimeSpan.FromSeconds(maxAge)) return Reuse.Revalidate;
        if (asked.MinFresh is { } minFresh && remaining < TimeSpan.FromSeconds(minFresh)) return Reuse.Revalidate;
        if (remaining > TimeSpan.Zero) return Reuse.Fresh;
        if (asked.MaxStale is { } maxStale) return stored is { NeverStale: false, NeverStaleOnRequest: false, HasLifetime: true } && -remaining <= TimeSpan.FromSeconds(maxStale) ? Reuse.StaleAllowed : Stale(stored, remaining);
        // Who says how old or how fresh it may be wants nothing stale (sections 5.2.1.1 and 5.2.1.3).
        return asked.MaxAge is null && asked.MinFresh is null ? Stale(stored, remaining) : Reuse.Revalidate;
    }

    /// <summary>True when a stale object may stand in for an origin that fails.</summary>
    public static bool AllowsStaleOnError(ObjectFreshness stored, IHeaderDictionary request, DateTimeOffset now)
    {
        if (stored.NeverStale || stored.AlwaysRevalidate) return false;
        var window = stored.StaleIfError;
        var asked = Read(request.CacheControl);
        if (asked.Has(CacheDirectives.NoCache)) return false;
        if (stored is { HasLifetime: true, NeverStaleOnRequest: false } && asked.StaleIfError is { } seconds && TimeSpan.FromSeconds(seconds) is var named && named > window) window = named;
        return -stored.RemainingAt(now) <= window;
    }

    /// <summary>The request's directives. Pragma has no say any more (section 5.4).</summary>
    public static CacheControl Read(StringValues lines) => lines.Count switch
    {
        0 => default,
        1 => CacheControl.Parse(lines[0]),
        _ => CacheControl.Parse(string.Join(',', lines!)),
    };

    /// <summary>Leaves of a request's directives only the one that keeps the origin from being asked.</summary>
    public static void Ignore(IHeaderDictionary request)
    {
        if (request.CacheControl.Count > 0) request.CacheControl = Read(request.CacheControl).Has(CacheDirectives.OnlyIfCached) ? "only-if-cached" : default(StringValues);
    }

    private static Reuse Stale(ObjectFreshness stored, TimeSpan remaining) =>
        !stored.NeverStale && -remaining < stored.StaleWhileRevalidate ? Reuse.StaleWhileRevalidate : Reuse.Revalidate;
}
