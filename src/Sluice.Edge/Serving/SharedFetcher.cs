using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Fields;
using Sluice.Edge.Requests;

namespace Sluice.Edge.Serving;

/// <summary>Asks the tier that nodes share before the origin, and gives it what the origin brings. Objects with one answer for all (no Vary) only: of the others each node keeps its own.</summary>
internal sealed class SharedFetcher(Fetcher fetcher, ObjectCache cache, TimeProvider time)
{
    /// <summary>As <see cref="Fetcher.FetchAsync"/>.</summary>
    public async Task<FetchResult> FetchAsync(FetchPlan plan, CancellationToken cancellation)
    {
        var (context, request, stale, wanted) = (plan.Context, plan.Request, plan.Stale, plan.Wanted);
        if (cache.Shared is not { } tier || !IsForAll(plan)) return await fetcher.FetchAsync(context, request, stale, wanted, cancellation);
        var fence = cache.Fence;
        // What is asked for in part is fetched in part.
        var isWhole = !request.Headers.Contains("Range") && (wanted is null or { First: 0, Last: null } || !context.Route.HasRanges);
        using var turn = await tier.TakeTurnAsync(context.Route.Scope, context.Target, isWhole, cancellation);
        if (turn.Found is { } found && plan.Accepts?.Invoke(found.Metadata) != false && await TakeAsync(plan, found, fence, cancellation) is { } shared) return shared;
        var result = await fetcher.FetchAsync(context, request, stale, wanted, cancellation);
        if (result.Object is { } brought && isWhole && (context.IsBehind || result.IsStored) && IsWorthSharing(brought.Metadata)) turn.Keep(brought);
        // Too early: that says nothing of what its viewers will get in a moment.
        else if (result.Reason == "ahead") turn.Forgo();
        return result;
    }

    /// <summary>False for requests whose answers depend on who asks, or that want to know from the origin itself.</summary>
    private static bool IsForAll(FetchPlan plan)
    {
        var asked = plan.Context.CacheControl;
        return plan is { IsShareable: true, IsAnew: false, Context.Method: "GET" } && plan.Context.Route.Policy.Stores
            && !asked.Has(CacheDirectives.NoCache) && !asked.Has(CacheDirectives.NoStore) && asked.MaxAge is null && asked.MinFresh is null
            && !plan.Context.Headers.Contains("Authorization");
    }

    private static bool IsWorthSharing(ObjectMetadata metadata) =>
        metadata is { Status: 200, Vary.Count: 0, Freshness: { AlwaysRevalidate: false } freshness } && freshness.Lifetime > TimeSpan.Zero;

    private async Task<FetchResult?> TakeAsync(FetchPlan plan, SharedObject found, long fence, CancellationToken cancellation)
    {
        var metadata = found.Metadata;
        if (metadata.Vary.Count > 0 || metadata.Freshness.RemainingAt(time.GetUtcNow()) <= TimeSpan.Zero) return null;
        if (plan.Stale is { } held && held.Metadata.Version is { IsStrong: true } version && version == metadata.Version)
            return new FetchResult { Object = held, IsRevalidated = true, IsStored = cache.Refresh(held, metadata, fence), Status = 304, Fence = fence, IsShared = true };
        var length = metadata.Length!.Value;
        var part = plan.Wanted is { } wanted && wanted.Resolve(length) is { } resolved ? resolved : (Start: 0, End: length);
        // Whole chunks; a body that cannot be completed by range is taken whole.
        var chunk = cache.ChunkSize;
        var (start, end) = metadata.Version.IsStrong ? (part.Start / chunk * chunk, Math.Min(length, (part.End + chunk - 1) / chunk * chunk)) : (0, length);
        var body = length == 0 ? Stream.Null : await found.OpenAsync(start, end, cancellation);
        if (body is null) return null;
        var added = cache.Prepare(plan.Context.Route.Scope, plan.Context.Target, metadata);
        var source = new FillSource(plan.Context.Route.Origin, plan.Request with { Method = "GET", Headers = ForwardedRequest.WithoutConditions(plan.Request.Headers) });
        BodyReader? pin = null;
        if (length > 0)
        {
            pin = added.Open(start, end, source);
            added.Take(new OriginResponse { Status = 200, Headers = metadata.Headers, Version = metadata.Version, Body = body, BodyLength = end - start }, start, end, source, pin);
        }

        if (!plan.Context.IsBehind) cache.Publish(added, fence);
        return new FetchResult { Object = added, IsStored = !added.IsDetached, Status = 200, Pin = pin, Fence = fence, IsShared = true };
    }
}
