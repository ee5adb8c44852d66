using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Tags;
using Sluice.Edge.Freshness;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Serving;

/// <summary>Requests the cache is not for: passed on to an HTTP origin, refused where there is only a folder or bucket. A method that may change something invalidates what is stored (RFC 9111 section 4.4).</summary>
internal sealed class ProxyHandler(ObjectCache cache, EdgeCounters counters, PostAnswers posts, TimeProvider time)
{
    private const string ReadMethods = "GET, HEAD, OPTIONS";

    public async Task HandleAsync(HttpContext context, ActiveRoute route, RequestTarget target)
    {
        var request = context.Request;
        if (route.IsReadOnly)
        {
            await AnswerReadOnlyAsync(context, route);
            return;
        }

        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        var fetch = new FetchContext(route, target.Text, "GET", ForwardedRequest.Read(request), time.GetUtcNow());
        var answer = await route.Origin.FetchAsync(
            new OriginRequest
            {
                Method = request.Method,
                Path = target.Path,
                Query = target.Query,
                Headers = fetch.Headers,
                Body = hasBody ? request.Body : null,
                BodyLength = hasBody ? request.ContentLength : null,
            },
            context.RequestAborted);
        if (!IsSafe(request.Method) && answer.Status is >= 200 and < 400) await InvalidateAsync(context, route, target, answer.Headers);
        if (!await posts.TrySendAsync(context, route, target, fetch, answer)) await PassThrough.SendAsync(context, answer, new(Outcome.Bypass, "method"), counters);
    }

    private async Task AnswerReadOnlyAsync(HttpContext context, ActiveRoute route)
    {
        var response = context.Response;
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            response.Headers.Allow = ReadMethods;
            await Refusal.SendAsync(context, 405, "Method not allowed.", "This path can be read only: GET, HEAD, OPTIONS.", counters);
            response.Headers.Allow = ReadMethods;
            return;
        }

        counters.Count(Outcome.Bypass, 0);
        response.StatusCode = 204;
        response.Headers.Allow = ReadMethods;
        if (route.Policy.AllowOrigin is not { } allowed || context.Request.Headers.Origin.Count == 0) return;
        response.Headers.AccessControlAllowOrigin = allowed;
        response.Headers.AccessControlAllowMethods = ReadMethods;
        response.Headers.AccessControlAllowHeaders = "Range, If-Range, If-None-Match, If-Modified-Since, Cache-Control, X-Request-Id";
        response.Headers.AccessControlMaxAge = "86400";
        response.Headers.Vary = "Origin";
    }

    private async Task InvalidateAsync(HttpContext context, ActiveRoute route, RequestTarget target, HeaderList answer)
    {
        await RemoveAsync(target.Text);
        foreach (var field in (string[])["Location", "Content-Location"])
        {
            if (NamedTarget.Resolve(context.Request, target, answer.First(field)) is { } other) await RemoveAsync(other);
        }

        async Task RemoveAsync(string text)
        {
            if (route.Scope.FindStored(text) is not null) await cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, text));
        }
    }

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
}
