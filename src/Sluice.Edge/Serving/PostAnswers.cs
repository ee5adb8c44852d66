using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Freshness;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Serving;

/// <summary>Keeps the answer to a POST for later GETs where it says that it is what they would get: a lifetime of its own, and a Content-Location that is the URL posted to (RFC 9110 section 9.3.3).</summary>
internal sealed class PostAnswers(ObjectCache cache, Responder responder, TimeProvider time)
{
    /// <summary>Stores the answer and sends it, and owns it from then on; false when it is not such an answer, and nothing was done.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">Its route.</param>
    /// <param name="target">Its target.</param>
    /// <param name="fetch">The request as it went to the origin.</param>
    /// <param name="answer">What the origin answered.</param>
    public async Task<bool> TrySendAsync(HttpContext context, ActiveRoute route, RequestTarget target, FetchContext fetch, OriginResponse answer)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || answer.Status != 200 || ForwardedRequest.HasConditions(request.Headers)) return false;
        if (NamedTarget.Resolve(request, target, answer.Headers.First("Content-Location")) != target.Text) return false;
        if (!CacheRules.Read(answer.Headers).HasExplicitFreshness) return false;
        if (StorePolicy.Decide(fetch, answer, answer.BodyLength, time.GetUtcNow()).Metadata is not { Freshness.Lifetime.Ticks: > 0 } metadata) return false;

        var stored = cache.Prepare(route.Scope, target.Text, metadata);
        var source = new FillSource(route.Origin, ActiveRoute.RequestFor(target.Text) with { Headers = ForwardedRequest.WithoutBody(fetch.Headers) });
        if (answer.BodyLength == 0) await answer.DisposeAsync();
        var pin = stored.Open(0, answer.BodyLength ?? long.MaxValue, source);
        if (answer.BodyLength != 0) stored.Take(answer, 0, answer.BodyLength, source, pin);
        cache.Publish(stored, cache.Fence);
        var sending = responder.SendAsync(context, route, stored, new(Outcome.Bypass, "method", !stored.IsDetached), answer.Headers);
        // Its reader is open by now and keeps the fill wanted; the pin would only hold the fill back.
        pin.Dispose();
        await sending;
        return true;
    }
}
