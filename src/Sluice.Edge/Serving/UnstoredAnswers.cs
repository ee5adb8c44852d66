using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Freshness;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Serving;

/// <summary>
/// Answers one client with what a folder or bucket brought and may not be kept. They are asked for whole chunks, or for the head where the end is wanted, which is not what
/// the client asked for; nor do they see its conditions, or pages of other sites.
/// </summary>
internal sealed class UnstoredAnswers(ObjectCache cache, Responder responder, TimeProvider time)
{
    /// <summary>Sends the answer, and owns it from then on; false when it is not such an answer, and nothing was done.</summary>
    /// <param name="context">The request.</param>
    /// <param name="fetch">What it came from.</param>
    /// <param name="answer">What the origin answered.</param>
    /// <param name="verdict">Why it is not kept.</param>
    public async Task<bool> TrySendAsync(HttpContext context, FetchContext fetch, OriginResponse answer, Verdict verdict)
    {
        var route = fetch.Route;
        if (!route.HasRanges || answer is not ({ Status: 200 } or { Status: 206, Range: not null }) || answer.Version.Length is not { } length) return false;
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
