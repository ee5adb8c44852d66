using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Fields;
using Sluice.Edge.Freshness;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Serving;

/// <summary>Asks the origin on behalf of whoever waits, and puts what it brings into the cache.</summary>
internal sealed class Fetcher(ObjectCache cache, TimeProvider time)
{
    private readonly Lock[] turns = [.. Enumerable.Range(0, 64).Select(static _ => new Lock())];

    /// <summary>Fetches an object that is not stored, or is stale.</summary>
    /// <param name="context">The request it is for.</param>
    /// <param name="request">The request to the origin, without range and conditions of the cache's own.</param>
    /// <param name="stale">The stored object that is too old: confirmed where it has a validator, kept where the answer is an error; null for none.</param>
    /// <param name="wanted">The part wanted of an origin that answers ranges; null for all.</param>
    /// <param name="cancellation">Cancelled when nobody waits any more.</param>
    /// <exception cref="OriginException">The origin gave no answer.</exception>
    public async Task<FetchResult> FetchAsync(FetchContext context, OriginRequest request, CachedObject? stale, ByteRange? wanted, CancellationToken cancellation)
    {
        var fence = cache.Fence;
        var held = stale is { Metadata.Version: { ETag: not null } or { LastModified: not null } } ? stale : null;
        var range = held is null && wanted is { First: { } first } part && context.Route.HasRanges && context.Method == "GET" ? Widen(first, part.Last) : (ByteRange?)null;
        // The end of what is as long as nobody knows yet: the head tells, and the bytes are asked for afterwards.
        var isHeadFirst = held is null && wanted is { First: null } && context.Route.HasRanges && context.Method == "GET";
        if (isHeadFirst) request = request with { Method = "HEAD" };
        var response = await context.Route.Origin.FetchAsync(request with { Range = range, Held = held?.Metadata.Version }, cancellation);
        var receivedAt = time.GetUtcNow();
        var keep = false;
        try
        {
            if (response.Status == 304 && held is not null) return Confirm(context, held, response, receivedAt, fence);
            if (context.Method == "HEAD" && stale is not null && MetadataUpdate.IsSame(stale.Metadata, response.Status, response.Headers))
                return Confirm(context, stale, response, receivedAt, fence);
            // Another version, by its validators: what is held is not to be used unasked (RFC 9111 section 4.3.5).
            if (context.Method == "HEAD" && stale is not null && MetadataUpdate.IsAnother(stale.Metadata, response.Status, response.Headers)) ObjectCache.Expire(stale);
            // Unless nothing would prove that they are of this version, as of a file that is just being written.
            if (isHeadFirst && response is { Status: 200, Version: { IsStrong: false } or { Length: null } })
            {
                var end = response.Version.Length is { } told ? ByteRange.From(Math.Max(0, told - wanted!.Value.Last!.Value)) : (ByteRange?)null;
                return await FetchAsync(context, request with { Method = "GET" }, stale, end, cancellation);
            }

            var result = Take(context, request, response, stale, range, receivedAt, fence);
            if (stale is not null && context.Source is null && IsSuccessor(result.Reason))
            {
                // What is gone does not come back when the origin fails.
                if (result.Status is 404 or 410) ObjectCache.Remove(stale);
                // Nobody gets this one, and the old object is what it was no more: it would be given for as long as stale-while-revalidate allows, a year at some origins.
                else if (context.IsBehind) ObjectCache.Expire(stale);
            }

            keep = result.Pin is not null || result.Object is null;
            return result;
        }
        finally
        {
            if (!keep) await response.DisposeAsync();
        }
    }

    /// <summary>Puts an object that was fetched behind an answer in place once its first bytes are here.</summary>
    public async Task PublishAsync(FetchResult result, ActiveRoute route)
    {
        if (result is not { Object: { } brought, IsRevalidated: false }) return;
        if (result.Pin is not null) await FirstBytesAsync(brought);
        cache.Publish(brought, result.Fence);
        // A version that can be completed by range later needs no more now.
        if (result.Pin is not null && (brought.Metadata is not { Status: 200, Version.IsStrong: true } || route.IsMadeAnew)) await result.CompleteAsync(CancellationToken.None);
    }

    private async Task FirstBytesAsync(CachedObject brought)
    {
        using var reader = brought.Open(0, brought.Metadata.Length is { } length ? Math.Min(length, cache.ChunkSize) : cache.ChunkSize, brought.Source);
        await reader.ReadToEndAsync(CancellationToken.None);
    }

    private ByteRange Widen(long first, long? last)
    {
        var chunk = cache.ChunkSize;
        return new ByteRange(first / chunk * chunk, last is { } end ? ((end / chunk) + 1) * chunk - 1 : null);
    }

    /// <summary>The origin spoke of the object that is held: its metadata is renewed where the answer may be stored.</summary>
    private FetchResult Confirm(FetchContext context, CachedObject held, OriginResponse response, DateTimeOffset receivedAt, long fence)
    {
        var fresh = StorePolicy.Refresh(context, held.Metadata, response.Headers, receivedAt);
        if (context.IsBehind && fresh is null && CacheRules.Read(response.Headers).ForbidsStoring(held.Metadata.Status) is not null) ObjectCache.Expire(held);
        return new FetchResult { Object = held, IsRevalidated = true, IsStored = fresh is not null && cache.Refresh(held, fresh, fence), Status = response.Status, Fence = fence };
    }

    private FetchResult Take(FetchContext context, OriginRequest request, OriginResponse response, CachedObject? stale, ByteRange? asked, DateTimeOffset receivedAt, long fence)
    {
        var isHead = request.Method == "HEAD";
        // A part that nobody asked for shows that the origin sends parts, not that it sends those one asks for.
        var isRange = request.Headers.Contains("Range");
        var part = UsablePart(response, asked, isRange);
        var length = part is not null ? part.Value.Total : BodyLength(response, isHead);
        var reason = context.IsAhead && IsTooEarly(response, receivedAt) ? "ahead" : Unshareable(context, response, part is not null, isHead, stale, length);
        var decision = reason.Length > 0 ? StoreDecision.Refuse(reason) : StorePolicy.Decide(context, response, length, receivedAt);
        if (reason == "partial" && isRange) Learn(context, response, receivedAt, fence);
        if (decision.Metadata is not { } metadata)
            return new FetchResult { Response = response, Status = response.Status, Reason = decision.Reason };

        // One after another, so that of those who look at once one makes the object and the others find it.
        lock (TurnOf(context.Target)) return Put(context, request, response, metadata, isHead ? 0 : length, part, fence);
    }

    private FetchResult Put(FetchContext context, OriginRequest request, OriginResponse response, ObjectMetadata metadata, long? length, (long Start, long End, long? Total)? part, long fence)
    {
        // Behind an answer that was served stale, the old object stays until bytes of the new one are here: an origin that stalls then holds nobody back.
        var known = part is not null && !context.IsBehind && fence == cache.Fence ? CameMeanwhile(context, metadata) : null;
        var added = known ?? cache.Prepare(context.Route.Scope, context.Target, metadata);
        BodyReader? pin = null;
        if (length != 0)
        {
            // For this fill alone: whoever misses bytes later asks for them itself (decision 0015).
            var source = new FillSource(context.Route.Origin, request with { Method = "GET", Headers = ForwardedRequest.WithoutConditions(request.Headers) });
            pin = added.Open(part?.Start ?? 0, part?.End ?? length ?? long.MaxValue, source);
            added.Take(response, part?.Start ?? 0, part?.End ?? length, source, pin);
        }

        if (!context.IsBehind && known is null) cache.Publish(added, fence);

        return new FetchResult { Object = added, IsStored = !added.IsDetached, Status = response.Status, Headers = response.Headers, Pin = pin, Fence = fence };
    }

    /// <summary>The object of the same version that another request brought since this one was sent: parts that are asked for at once belong together, where each would put the one before out.</summary>
    private static CachedObject? CameMeanwhile(FetchContext context, ObjectMetadata metadata) =>
        metadata.Version.IsStrong
            ? Array.Find(
                context.Route.Scope.FindStored(context.Target),
                held => held.Metadata is { Status: 200 } its && its.Version == metadata.Version && its.Freshness.ReceivedAt >= context.SentAt
                    && its.Vary.SequenceEqual(metadata.Vary) && its.Headers.Combined("Content-Encoding") == metadata.Headers.Combined("Content-Encoding"))
            : null;

    /// <summary>A 206 with a strong validator passes through as it is, and shows that this object can be asked for by range: the next request finds it, without bytes yet.</summary>
    private void Learn(FetchContext context, OriginResponse response, DateTimeOffset receivedAt, long fence)
    {
        if (response is not { Range.Total: { } total, Version.IsStrong: true }) return;
        if (StorePolicy.Decide(context, response, total, receivedAt).Metadata is not { } metadata) return;
        lock (TurnOf(context.Target))
        {
            // Known already, perhaps with bytes: nothing to learn.
            if (Array.Exists(context.Route.Scope.FindStored(context.Target), held => held.Metadata.Version.Matches(response.Version))) return;
            cache.Publish(cache.Prepare(context.Route.Scope, context.Target, metadata), fence);
        }
    }

    /// <summary>The part of a 206 that can be kept: the one that was asked for, of a provable version, or, where the client's own range went through, one that is the whole body (players begin with <c>bytes=0-</c>), or is made of whole chunks of a provable version.</summary>
    private (long Start, long End, long? Total)? UsablePart(OriginResponse response, ByteRange? asked, bool isRange)
    {
        if (response is not { Status: 206, Range: { Total: { } total } range }) return null;
        if (asked is { First: { } first } && range.Start != first) return null;
        if (range.Start == 0 && range.End == total) return range;
        // Others would find it and could not have the rest.
        if (asked is not null) return response.Version.IsStrong ? range : null;
        var isChunks = range.Start % cache.ChunkSize == 0 && (range.End % cache.ChunkSize == 0 || range.End == total);
        return isChunks && isRange && response.Version.IsStrong ? range : null;
    }

    /// <summary>Of what was asked for on the chance: that it is not there is nothing to remember, and what was changed a moment ago may still be written, as a live segment that no playlist names yet.</summary>
    private static bool IsTooEarly(OriginResponse response, DateTimeOffset receivedAt) =>
        response.Status != 200
        || (HttpDate.TryParse(response.Headers.First("Last-Modified"), receivedAt, out var changed) && StorePolicy.DateOf(response.Headers, receivedAt) - changed < Lookahead.Unfinished);

    /// <summary>Why an answer cannot become an object whatever its headers say; empty when it can.</summary>
    private static string Unshareable(FetchContext context, OriginResponse response, bool isPart, bool isHead, CachedObject? stale, long? length)
    {
        if (response.Status == 206 && !isPart) return "partial";
        if (response.Status is 304 or 412) return "condition of the client";
        if (response.Status == 416) return "range";
        // A bodiless answer to HEAD tells of an object only if its bytes can be asked for later and proven to belong to it.
        if (isHead && (response.Status != 200 || length is null || !response.Version.IsStrong)) return "head";
        // Of no bytes none are asked for, so nothing would show that an application says 0 of every HEAD.
        if (isHead && length == 0 && !context.Route.IsReadOnly) return "head";
        // An error never takes the place of a good object; only "it is gone" does.
        return stale is { Metadata.Status: < 400 } && response.Status >= 400 && response.Status is not (404 or 410) ? "error" : "";
    }

    /// <summary>True where an answer is not stored for what it says itself, not for what was asked.</summary>
    private static bool IsSuccessor(string reason) => reason is "no-store" or "private" or "must-understand" or "set-cookie" or "vary *" or "no freshness" or "no validator";

    private Lock TurnOf(string target) => turns[(uint)target.GetHashCode(StringComparison.Ordinal) % (uint)turns.Length];

    private static long? BodyLength(OriginResponse response, bool isHead)
    {
        if (!isHead) return response.Status is 204 or 205 or 304 ? 0 : response.BodyLength;
        return Digits.TryParseExact(response.Headers.First("Content-Length"), out var declared) ? declared : response.Version.Length;
    }
}
