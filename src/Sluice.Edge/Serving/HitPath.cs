using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Core.Objects;
using Sluice.Edge.Conditional;
using Sluice.Edge.Fields;
using Sluice.Edge.Freshness;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Variants;

namespace Sluice.Edge.Serving;

/// <summary>Answers what is fresh and known, on the thread that read the request: no lock, no await before the body, no allocation that grows with it.</summary>
internal sealed class HitPath(RouteTable routes, Responder responder, TimeProvider time)
{
    /// <summary>Starts the answer; null when the request needs more than this. <paramref name="otherwise"/> answers where a tier has not got what it said, and nothing was sent yet.</summary>
    public Task? TryServe(HttpContext context, RequestDelegate otherwise)
    {
        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method)) return null;
        if (Find(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, context.Request.Headers) is not { } hit) return null;
        if (!hit.Stored.TryHold()) return null;
        var goesOn = false;
        try
        {
            // Bytes that are in no tier mean waiting, and this thread must not.
            var answer = IsReady(context.Request, hit) ? responder.SendAsync(context, hit.Route, hit.Stored, Verdict.Hit) : null;
            goesOn = answer is { IsCompletedSuccessfully: false };
            return goesOn ? FinishAsync(context, answer!, hit.Stored, otherwise) : answer;
        }
        finally
        {
            if (!goesOn) hit.Stored.Release();
        }
    }

    private static async Task FinishAsync(HttpContext context, Task answer, CachedObject held, RequestDelegate otherwise)
    {
        try
        {
            await answer;
            return;
        }
        catch (IOException) when (!context.Response.HasStarted)
        {
            // A chunk was damaged, or could not be read: it is dropped by now, and the request one like any other.
            context.Response.Clear();
        }
        finally
        {
            held.Release();
        }

        await otherwise(context);
    }

    /// <summary>The stored object that may answer a GET or HEAD without asking the origin; null for none.</summary>
    public Hit? Find(ReadOnlySpan<char> target, IHeaderDictionary request)
    {
        // Only normal forms are stored, so a raw target that is found is one.
        if (routes.Match(target) is not { Route.Playback: null } route || route.Variants is { Transform.ChoosesAlways: true }) return null;
        // Nearly all have no query: one look for it is all that this costs them.
        if (!target.Contains('?')) return Find(route, target, route.Scope.Find(target), request);
        return route.Query.Shortens(target) ? FindShortened(route, target, request) : Find(route, target, FindNamed(route, target), request);
    }

    private Hit? FindShortened(ActiveRoute route, ReadOnlySpan<char> target, IHeaderDictionary request)
    {
        // What is left out has to be in normal form as well: "%76" may be a parameter that counts, and "%zz" is refused.
        if (target.Length > RequestTarget.MaximumLength || !RequestTarget.IsNormal(target[target.IndexOf('?')..])) return null;
        Span<char> kept = stackalloc char[target.Length];
        var left = kept[..route.Query.Write(target, kept)];
        return Find(route, left, FindNamed(route, left), request);
    }

    private Hit? Find(ActiveRoute route, ReadOnlySpan<char> target, CacheSlot? slot, IHeaderDictionary request)
    {
        if (slot is null) return route.Variants is { } variants ? FindVariant(variants, target, request) : null;
        // The first use of what was fetched ahead brings the next one.
        if (VarySelection.Find(slot.Objects, request) is not { IsAhead: false } stored) return null;
        var now = time.GetUtcNow();
        return ReusePolicy.Evaluate(stored.Metadata.Freshness, request, now) == Reuse.Fresh ? new Hit(route, stored, now) : null;
    }

    // Of what is no variant a parameter that its transform reads may be no part of the name; it may have been by the settings of before.
    private static CacheSlot? FindNamed(ActiveRoute route, ReadOnlySpan<char> target) =>
        route.Variants is not null && route.Policy.Query.Shortens(target) ? null : route.Scope.Find(target);

    private Hit? FindVariant(VariantRoute variants, ReadOnlySpan<char> target, IHeaderDictionary request)
    {
        // A failure may mean the original instead, which takes more than this.
        if (variants.Find(target)?.Objects is not [{ Metadata.Status: 200 } stored, ..]) return null;
        foreach (var field in variants.Transform.AskingFields)
            if (request.ContainsKey(field)) return null;
        var now = time.GetUtcNow();
        if (ReusePolicy.Evaluate(stored.Metadata.Freshness, request, now) != Reuse.Fresh || !variants.IsCurrent(stored)) return null;
        variants.Renew(stored, now);
        return new Hit(variants.Route, stored, now);
    }

    /// <summary>The tier that holds the first byte asked for; null when neither does.</summary>
    public string? TierOf(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (routes.Match(target) is not { } route) return null;
        target = route.Query.Apply(target);
        if ((FindNamed(route, target) ?? route.Variants?.Find(target)) is not { } slot || VarySelection.Find(slot.Objects, context.Request.Headers) is not { } stored) return null;
        if (stored.Metadata.Length is not > 0L) return null;
        Span<ByteRange> one = stackalloc ByteRange[1];
        var first = context.Request.Headers.Range is { Count: 1 } range && RangeField.TryParse(range[0], one, out _) && one[0].Resolve(stored.Metadata.Length.Value) is { } part ? part.Start : 0;
        return stored.InMemory(first) ? "memory" : stored.Holds(first, first + 1) ? "disk" : null;
    }

    private static bool IsReady(HttpRequest request, in Hit hit)
    {
        var stored = hit.Stored;
        if (stored.Metadata.Length is not { } length) return false;
        var range = request.Headers.Range;
        // A range is for a GET (RFC 9110 section 14.2).
        if (range.Count == 0 || HttpMethods.IsHead(request.Method)) return length == 0 || stored.Holds(0, length);
        Span<ByteRange> one = stackalloc ByteRange[1];
        if (range.Count != 1 || !RangeField.TryParse(range[0], one, out _)) return false;
        // A range that does not count is answered with every byte.
        if (stored.Metadata.Status != 200 || !Preconditions.RangeApplies(request.Headers, RenderedHead.Of(stored, hit.Route))) return stored.Holds(0, length);
        return one[0].Resolve(length) is not { } part || (stored.Holds(part.Start, part.End) && !Lookahead.IsDue(hit.Route, stored, part.Start, part.End));
    }

    /// <summary>A fresh object, the route it was found on, and the time it was fresh at.</summary>
    internal readonly record struct Hit(ActiveRoute Route, CachedObject Stored, DateTimeOffset Now);
}
