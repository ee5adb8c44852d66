using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Edge.Fields;
using Sluice.Edge.Freshness;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Serving;

/// <summary>What to ask the origin for a request, and whether others may share the answer.</summary>
internal sealed record FetchPlan
{
    public required FetchContext Context { get; init; }

    public required OriginRequest Request { get; init; }

    /// <summary>The stored object that is too old to be used unasked.</summary>
    public CachedObject? Stale { get; init; }

    /// <summary>The part of the object the client asked for, when it is one part.</summary>
    public ByteRange? Wanted { get; init; }

    /// <summary>False when the client's own condition or range goes through to the origin.</summary>
    public bool IsShareable { get; init; }

    /// <summary>Whether what another node made may be used; null where anything stored under the same key may.</summary>
    public Func<ObjectMetadata, bool>? Accepts { get; init; }

    /// <summary>True to ask the origin whatever other nodes have.</summary>
    public bool IsAnew { get; init; }

    public required string FlightName { get; init; }

    /// <summary>Why the origin is asked, in the words of RFC 9211 section 2.2.</summary>
    public required string Forwarded { get; init; }

    public static FetchPlan Make(HttpContext context, ActiveRoute route, string target, CachedObject? stored, EdgeParts parts)
    {
        var (request, now) = (context.Request, parts.Time.GetUtcNow());
        var fields = route.IsReadOnly ? Plain(request.Headers) : ForwardedRequest.Read(request);
        var sent = route.IsReadOnly ? fields : parts.Forwarding.Shared(context, fields);
        var passes = !route.IsReadOnly && stored is null && ForwardedRequest.HasConditions(request.Headers);
        var method = HttpMethods.IsHead(request.Method) ? "HEAD" : "GET";
        Span<ByteRange> ranges = stackalloc ByteRange[1];
        var wanted = request.Headers.Range is { Count: 1 } range && RangeField.TryParse(range[0], ranges, out var count) && count == 1 ? ranges[0] : (ByteRange?)null;
        var known = route.Scope.FindStored(target) is [var latest, ..] ? latest : null;
        // Those whom the answers known so far would not fit alike have no use for each other's.
        var selection = known is null ? "" : string.Join('&', known.Metadata.Vary.Select(field => VarySelection.Normalise(field.Key, request.Headers[field.Key])));
        return new FetchPlan
        {
            Forwarded = stored is null ? (known is null ? "uri-miss" : "vary-miss")
                : stored.Metadata.Freshness is { AlwaysRevalidate: false } freshness && freshness.RemainingAt(now) > TimeSpan.Zero ? "request" : "stale",
            Context = new FetchContext(route, target, method, fields, now),
            Request = ActiveRoute.RequestFor(target) with { Method = method, Headers = passes ? sent : ForwardedRequest.WithoutConditions(sent) },
            Stale = stored,
            Wanted = wanted,
            // A range alone may turn out to be whole chunks that all can use; conditions are one client's own.
            IsShareable = !passes || !ForwardedRequest.HasConditionsBesidesRange(request.Headers),
            FlightName = $"{method} {(passes ? request.Headers.Range.ToString() : "")} {route.Scope.KeyOf(target)} {selection}",
        };
    }

    /// <summary>The same for a variant: the transform is asked, in the server's own name.</summary>
    public static FetchPlan Make(HttpContext context, ActiveRoute route, TransformPlan variant, CachedObject? stored, EdgeParts parts, Func<CancellationToken, Task<SourceObject>> openSource)
    {
        var plan = Make(context, route, variant.Key, stored, parts);
        return plan with
        {
            Context = plan.Context with { Source = variant.Source },
            Request = new OriginRequest { Method = plan.Request.Method, Path = variant.Source, Variant = new TransformTask(variant, openSource) },
            Wanted = null,
        };
    }

    /// <summary>A folder or bucket is asked in the server's own name; only what decides about storing is looked at.</summary>
    private static HeaderList Plain(IHeaderDictionary headers)
    {
        var fields = new HeaderList();
        if (headers.CacheControl.Count > 0) fields.Add("Cache-Control", headers.CacheControl.ToString());
        return fields;
    }
}
