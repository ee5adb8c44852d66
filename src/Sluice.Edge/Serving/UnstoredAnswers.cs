using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Freshness;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Serving;

/// <summary>
/// Answers one client with what was brought and may not be kept. Folders and buckets are asked for whole chunks, or for the head where the end is wanted, which is not what
/// the client asked for; nor do they see its conditions, or pages of other sites.
/// </summary>
internal sealed class UnstoredAnswers(ObjectCache cache, Responder responder, TimeProvider time, EdgeCounters counters)
{
    /// <summary>Sends the answer, and owns it from then on.</summary>
    /// <param name="context">The request.</param>
    /// <param name="plan">What it came from.</param>
    /// <param name="answer">What the origin answered.</param>
    /// <param name="verdict">Why it is not kept.</param>
    public async Task SendAsync(HttpContext context, FetchPlan plan, OriginResponse answer, Verdict verdict)
    {
        if (plan.Context.Route.HasRanges && RequestAnew(context, plan, answer) is { } request)
        {
            await answer.DisposeAsync();
            answer = await plan.Context.Route.Origin.FetchAsync(request, context.RequestAborted);
        }

        if (await TrySendAsync(context, plan.Context, answer, verdict)) return;
        AllowOrigin(plan.Context.Route, answer.Headers);
        await PassThrough.SendAsync(context, answer, verdict, counters);
    }

    private static void AllowOrigin(ActiveRoute route, HeaderList headers)
    {
        if (!route.HasOwnPolicy || route.Policy.AllowOrigin is not { } allowed || headers.Contains(HeaderNames.AccessControlAllowOrigin)) return;
        headers.Add(HeaderNames.AccessControlAllowOrigin, allowed);
        headers.Add(HeaderNames.AccessControlExposeHeaders, HeadLines.Exposed);
        if (allowed != "*") headers.Add(HeaderNames.Vary, HeaderNames.Origin);
    }

    /// <summary>The request that brings what the client wants, where the answer cannot be made into that; null where it can.</summary>
    private static OriginRequest? RequestAnew(HttpContext context, FetchPlan plan, OriginResponse answer)
    {
        if (answer.Status is not (200 or 206) || plan is not { Wanted: { } wanted, Context.Method: "GET" }) return null;
        var isConditional = context.Request.Headers.IfRange.Count > 0;
        // Its chunks are too many to be counted: it passes by as it is, so it has to be just that part.
        if (answer.Version.Length > StorePolicy.MostBytes) return plan.Request with { Range = isConditional ? null : wanted };
        // If-Range holds for no version that is not strong, and of such a one the rest cannot be had by range.
        return isConditional && answer is { Status: 206, Version.IsStrong: false } ? plan.Request : null;
    }

    /// <summary>False when it is not such an answer, and nothing was done.</summary>
    private async Task<bool> TrySendAsync(HttpContext context, FetchContext fetch, OriginResponse answer, Verdict verdict)
    {
        var route = fetch.Route;
        if (!route.HasRanges || answer is not ({ Status: 200 } or { Status: 206, Range: not null }) || answer.Version.Length is not (<= StorePolicy.MostBytes and var length)) return false;
        var (start, end) = answer.Range is { } part ? (part.Start, part.End) : (0, length);
        if (start % cache.ChunkSize != 0) return false;

        var only = cache.Prepare(route.Scope, fetch.Target, StorePolicy.Unstored(fetch, answer, time.GetUtcNow()));
        // For this client's sake; nobody else finds it, and no tier takes it.
        only.TryHold();
        ObjectCache.Remove(only);
        try
        {
            using var pin = Begin(only, route, answer, start, end);
            if (pin is null) await answer.DisposeAsync();
            var sending = responder.SendAsync(context, route, only, verdict, answer.Headers);
            // Its reader is open by now and keeps the fill wanted; the pin would only hold the fill back.
            pin?.Dispose();
            await sending;
        }
        finally
        {
            only.Release();
        }

        return true;
    }

    /// <summary>Null where the answer has no bytes: those that are wanted are asked for when they are sent.</summary>
    private static BodyReader? Begin(CachedObject only, ActiveRoute route, OriginResponse answer, long start, long end)
    {
        if (answer.BodyLength == 0) return null;
        var source = new FillSource(route.Origin, ActiveRoute.RequestFor(only.Target));
        var pin = only.Open(start, end, source);
        only.Take(answer, start, end, source, pin);
        return pin;
    }
}
