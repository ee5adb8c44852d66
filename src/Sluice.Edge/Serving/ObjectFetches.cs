using Microsoft.AspNetCore.Http;
using Sluice.Core.Flights;
using Sluice.Core.Objects;
using Sluice.Edge.Fields;
using Sluice.Edge.Freshness;
using Sluice.Edge.Variants;

namespace Sluice.Edge.Serving;

/// <summary>Fetches of objects and variants: one flight for all who wait for the same.</summary>
internal sealed class ObjectFetches
{
    private readonly EdgeParts parts;
    private readonly FlightTable<FetchResult> flights = new();
    private readonly SourceReader sources;
    private readonly KnownUncacheable uncacheable = new();

    public ObjectFetches(EdgeParts parts)
    {
        this.parts = parts;
        sources = new SourceReader(parts.Fetcher, flights, parts.Cache.ChunkSize, parts.Time);
    }

    /// <summary>What to ask the origin for a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="asked">What it asks for.</param>
    /// <param name="stored">What is stored of it and too old to be used unasked; null for nothing.</param>
    public FetchPlan Plan(HttpContext context, Asked asked, CachedObject? stored)
    {
        var plan = asked.Variant is { } variant
            ? FetchPlan.Make(context, asked.Route, variant, stored, parts, stop => sources.OpenAsync(asked.Originals!, variant.Source, stop)) with { Accepts = asked.Originals!.Variants!.Accepts(variant) }
            : FetchPlan.Make(context, asked.Route, asked.Target, stored, parts);
        return plan with { IsAnew = asked.IsAnew, FlightName = asked.SkipsCache ? "anew " + plan.FlightName : plan.FlightName };
    }

    /// <summary>False for what of late each client had to ask for itself, where there would be nothing to share, and for who has done without others' answers long enough.</summary>
    public bool MayShare(Asked asked, FetchPlan plan, bool isAlone) => plan.IsShareable && (asked.Variant is not null || !(isAlone || uncacheable.Contains(plan.FlightName)));

    /// <summary>Joins the flight that fetches it, or begins one.</summary>
    /// <param name="plan">What to ask for.</param>
    /// <param name="isLeader">True for who began it.</param>
    /// <param name="isThere">Asked by who begins it: another flight may have landed since the look into the cache, and there is nothing left to fetch. The result has no object then.</param>
    public FlightTicket<FetchResult> Join(FetchPlan plan, out bool isLeader, Func<bool>? isThere = null) =>
        flights.Join(plan.FlightName, stop => isThere?.Invoke() == true ? Task.FromResult(new FetchResult()) : FetchAsync(plan, stop), out isLeader);

    /// <summary>Fetches for one client alone.</summary>
    public async Task<FetchResult> FetchAsync(FetchPlan plan, CancellationToken cancellation)
    {
        var result = await parts.Shared.FetchAsync(plan, cancellation);
        result.IsNameless = IsNameless(plan);
        // Those who come for it next need not queue up behind one another (a lesson of every cache with a lock).
        if (IsForAll(plan, result)) uncacheable.Remove(plan.FlightName);
        else if (result.Reason is not ("head" or "range" or "error" or "condition of the client" or "ahead")) uncacheable.Add(plan.FlightName);
        return result;
    }

    /// <summary>True for an object that those who waited for it may have: it is good for some time, says that it is public, or is a playlist. What has to be asked about each time was the answer to the one in whose name it was asked for (RFC 9111 section 4).</summary>
    /// <param name="plan">What is asked for, by the one who waited.</param>
    /// <param name="result">What came.</param>
    public static bool IsForAll(FetchPlan plan, FetchResult result) =>
        result.Object is { Metadata: { Freshness: var freshness, Headers: var headers } }
        && (plan.Context.Route.IsReadOnly || plan.Context.Source is not null
            || ((result.IsStored || !result.IsRevalidated) && (freshness.HasLifetime || freshness is { AlwaysRevalidate: false, NeverStale: false, StaleWhileRevalidate.Ticks: > 0 }
                || CacheRules.Read(headers).Control.Has(CacheDirectives.Public) || (IsPlaylist(plan) && IsNameless(plan) && result.IsNameless))));

    // Every viewer of a live stream asks for its playlist every few seconds, and packagers say no-cache of it; an origin that has to answer each of them is down.
    private static bool IsPlaylist(FetchPlan plan) => plan.Context.Path is var path && (path.EndsWith(".m3u8", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".mpd", StringComparison.OrdinalIgnoreCase));

    // Nothing tells who asks.
    private static bool IsNameless(FetchPlan plan) => !plan.Context.Headers.Contains("Cookie") && !plan.Context.Headers.Contains("Authorization");
}
