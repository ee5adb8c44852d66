using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Core.Tags;
using Sluice.Edge.Fields;
using Sluice.Edge.Freshness;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Serving;

/// <summary>Requests the cache is not for: passed on to an HTTP origin (bodies and tunnels streamed both ways), refused where there is only a folder or bucket. A method that may change something invalidates what is stored (RFC 9111 section 4.4).</summary>
internal sealed class ProxyHandler(ObjectCache cache, Forwarding forwarding, EdgeCounters counters, PostAnswers posts, TimeProvider time, TimeSpan tunnelIdle)
{
    private const string ReadMethods = "GET, HEAD, OPTIONS";

    /// <summary>True for what goes past the cache: other methods than GET and HEAD, and to an HTTP origin a GET that has a body, wants a tunnel, or is of a route that stores nothing.</summary>
    public static bool Takes(HttpContext context, ActiveRoute route) =>
        !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        || (!route.IsReadOnly && (!route.Policy.Stores || HasBody(context) || UpgradeRequest.Read(context) is not null));

    public async Task HandleAsync(HttpContext context, ActiveRoute route, RequestTarget target)
    {
        var request = context.Request;
        if (route.IsReadOnly)
        {
            await AnswerReadOnlyAsync(context, route);
            return;
        }

        if (UpgradeRequest.Read(context) is { } upgrade)
        {
            await UpgradeAsync(context, route, target, upgrade);
            return;
        }

        var headers = forwarding.Own(context);
        if (await IsLastHopAsync(context, headers)) return;
        var hasBody = HasBody(context);
        // The origin is told all of the query; what is stored goes by less of it.
        var stored = target with { Query = route.NameOf(target.Query) };
        var fetch = new FetchContext(route, stored.Text, "GET", ForwardedRequest.Read(request), time.GetUtcNow());
        var answer = await route.Origin.FetchAsync(
            new OriginRequest
            {
                Method = request.Method,
                Path = target.Path,
                Query = target.Query,
                Headers = headers,
                Body = hasBody ? request.Body : null,
                BodyLength = hasBody ? request.ContentLength : null,
            },
            context.RequestAborted);
        if (!IsSafe(request.Method) && answer.Status is >= 200 and < 400) await InvalidateAsync(context, route, stored, answer.Headers);
        if (!await posts.TrySendAsync(context, route, stored, fetch, answer)) await PassThrough.SendAsync(context, answer, new(Outcome.Bypass, "method"), counters);
    }

    private async Task UpgradeAsync(HttpContext context, ActiveRoute route, RequestTarget target, UpgradeRequest upgrade)
    {
        var headers = forwarding.Own(context);
        upgrade.Complete(headers);
        var answer = await route.Origin.FetchAsync(
            new OriginRequest { Method = upgrade.Method, Path = target.Path, Query = target.Query, Headers = headers, Upgrade = upgrade.Protocol },
            context.RequestAborted);
        if (answer.Status != 101)
        {
            await PassThrough.SendAsync(context, answer, new(Outcome.Bypass, "bypass"), counters);
            return;
        }

        await using var owned = answer;
        counters.Count(Outcome.Bypass, 0);
        await using var client = await upgrade.AcceptAsync(answer.Headers);
        await Tunnel.RunAsync(client, answer.Body, tunnelIdle, time, context.RequestAborted);
    }

    /// <summary>Max-Forwards counts the hops of OPTIONS and TRACE (RFC 9110 section 7.6.2): at 0 this server is the last.</summary>
    private async Task<bool> IsLastHopAsync(HttpContext context, HeaderList headers)
    {
        var method = context.Request.Method;
        if (!(HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method)) || !Digits.TryParseExact(headers.First("Max-Forwards"), out var left)) return false;
        if (left > 0)
        {
            headers.Set("Max-Forwards", (left - 1).ToString(CultureInfo.InvariantCulture));
            return false;
        }

        if (HttpMethods.IsTrace(method)) await Refusal.SendAsync(context, 405, "Method not allowed.", "This server does not answer TRACE itself.", counters, ReadMethods);
        else
        {
            counters.Count(Outcome.Bypass, 0);
            context.Response.StatusCode = 204;
            context.Response.Headers.Allow = ReadMethods;
        }

        return true;
    }

    private static bool HasBody(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;

    private async Task AnswerReadOnlyAsync(HttpContext context, ActiveRoute route)
    {
        var response = context.Response;
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            await Refusal.SendAsync(context, 405, "Method not allowed.", "This path can be read only: GET, HEAD, OPTIONS.", counters, ReadMethods, allowOrigin: route.Policy.AllowOrigin);
            return;
        }

        counters.Count(Outcome.Bypass, 0);
        response.StatusCode = 204;
        response.Headers.Allow = ReadMethods;
        if (route.Policy.AllowOrigin is not { } allowed || context.Request.Headers.Origin.Count == 0) return;
        response.Headers.AccessControlAllowOrigin = allowed;
        response.Headers.AccessControlAllowMethods = ReadMethods;
        // Players send what they like (CMCD-Object, X-Playback-Session-Id), none of which matters here. Who takes no "*" is told the usual ones.
        response.Headers.AccessControlAllowHeaders = "*, Range, If-Range, If-None-Match, If-Modified-Since, Cache-Control, X-Request-Id";
        response.Headers.AccessControlMaxAge = "86400";
        response.Headers.Vary = "Origin";
    }

    private async Task InvalidateAsync(HttpContext context, ActiveRoute route, RequestTarget target, HeaderList answer)
    {
        await RemoveAsync(target.Text);
        foreach (var field in (string[])["Location", "Content-Location"])
        {
            if (NamedTarget.Resolve(context.Request, target, answer.First(field)) is { } other) await RemoveAsync(route.NameOf(other));
        }

        // Also where nothing is stored: what is on its way was asked for before the change, and is not to be.
        async Task RemoveAsync(string text)
        {
            if (!route.Policy.Stores) return;
            // What was made from it goes with it; to find that takes a look at the whole index.
            var purge = route.Variants is { } variants && cache.MayHold(variants.Route.Scope)
                ? new PurgeRequest(PurgeKind.Source, ActiveRoute.RequestFor(text).Path)
                : new PurgeRequest(PurgeKind.Url, text);
            try
            {
                await cache.PurgeAsync(purge with { IsInvalidation = true });
            }
            catch (IOException)
            {
                // It is purged, and the log has that the index cannot be written, which is tried on. The origin has done what was asked of it, and its client is to know.
            }
        }
    }

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
}
