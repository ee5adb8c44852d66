using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Freshness;
using Sluice.Edge.Playback;
using Sluice.Edge.Purging;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Serving;

/// <summary>Answers every request that the hit path does not: misses, refreshes, other methods, refusals.</summary>
internal sealed partial class EdgeHandler(EdgeParts parts, VariantAnswers answers, ILogger logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        // Off the socket's thread: from here on there is waiting.
        await Task.Yield();
        if (await RouteAsync(context) is not var (route, target)) return;
        try
        {
            // A page of another site asks first whether it may (OPTIONS), and cannot show a token then; but what asks for a tunnel is no such question.
            if (route.Route.Playback is not null && (!HttpMethods.IsOptions(context.Request.Method) || UpgradeRequest.Read(context) is not null))
                await PrivateRoute.ServeAsync(context, route, target, parts.Counters, shared => AnswerAsync(context, route, shared));
            else await AnswerAsync(context, route, PrivateRoute.SharedPart(route, target));
        }
        catch (OriginException failure)
        {
            LogFailure(context, target.Path, failure.Message);
            await Refusal.SendAsync(context, failure, parts.Counters, route.Policy.AllowOrigin);
        }
        catch (ObjectChangedException changed)
        {
            LogFailure(context, target.Path, changed.Message);
            await Refusal.SendAsync(context, 502, "The object keeps changing.", changed.Message, parts.Counters, allowOrigin: route.Policy.AllowOrigin);
        }
        catch (IOException failure) when (failure is BadHttpRequestException or { InnerException: OverflowException })
        {
            // The client's body is no HTTP, too large or too slow; of a chunk that is larger than any number the server says so in its own way.
            context.Response.OnStarting(CloseAsync, context.Response);
            await Refusal.SendAsync(context, (failure as BadHttpRequestException)?.StatusCode ?? 400, "Bad request body.", failure.Message, parts.Counters);
        }
        catch (IOException failure) when (failure.InnerException is SocketException && !context.Response.HasStarted)
        {
            // Reading its body tells that the client has gone, often before the request does.
            Leave(context, ProxyHandler.Takes(context, route));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted) Leave(context, ProxyHandler.Takes(context, route));
        }
    }

    /// <summary>The route that takes a request, and the request's target; null where it is answered: refused, or a purge.</summary>
    private async ValueTask<(ActiveRoute Route, RequestTarget Target)?> RouteAsync(HttpContext context)
    {
        if (RequestFraming.Flaw(context.Request) is { } flaw)
        {
            // Nobody knows where the next request begins (RFC 9112 section 6.1).
            context.Response.OnStarting(CloseAsync, context.Response);
            await Refusal.SendAsync(context, 400, "Bad framing.", flaw, parts.Counters);
            return null;
        }

        ExpectedBody.Watch(context);
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (raw == "*" && HttpMethods.IsOptions(context.Request.Method)) raw = "/";
        if (!RequestTarget.TryParse(raw, out var target, out var reason))
        {
            await Refusal.SendAsync(context, raw.Length > RequestTarget.MaximumLength ? 414 : 400, "Bad request target.", reason, parts.Counters);
            return null;
        }

        if (PurgeMethod.Is(context.Request.Method))
        {
            await parts.Purge.HandleAsync(context, target);
            return null;
        }

        if (parts.Forwarding.IsLoop(context.Request))
        {
            await Refusal.SendAsync(context, 508, "Loop detected.", "This server was asked for what it is asking for (Via): one of its origins leads back to it.", parts.Counters);
            return null;
        }

        if (parts.Routes.Match(target.Path) is { } route) return (route, target);
        await Refusal.SendAsync(context, 404, "No route.", "No route is configured for this path.", parts.Counters);
        return null;
    }

    /// <summary>
    /// The client is gone, who had waited for an answer: with a slow origin these are the ones for whom it was too slow, and numbers without them would say that all is well.
    /// Nobody sees the status but the log; it is the one that nginx writes there.
    /// </summary>
    private void Leave(HttpContext context, bool isProxied)
    {
        var verdict = new Verdict(isProxied ? Outcome.Bypass : Outcome.Miss);
        parts.Counters.Count(verdict.Outcome, 0);
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        StatusFields.Write(context.Response.Headers, verdict);
    }

    private static Task CloseAsync(object response)
    {
        // Over HTTP/2 it is one stream that is wrong, not the connection.
        if (response is HttpResponse { HttpContext.Request.Protocol: var protocol } wrong && !HttpProtocol.IsHttp2(protocol)) wrong.Headers.Connection = "close";
        return Task.CompletedTask;
    }

    private Task AnswerAsync(HttpContext context, ActiveRoute route, RequestTarget target)
    {
        if (ProxyHandler.Takes(context, route)) return parts.Proxy.HandleAsync(context, route, target);
        if (route.Policy.IgnoresRequestDirectives) ReusePolicy.Ignore(context.Request.Headers);
        return answers.ServeAsync(context, route, route.Shorten(target));
    }

    private void LogFailure(HttpContext context, string path, string reason)
    {
        if (context.Response.HasStarted) LogCutShort(path, reason);
        else LogOriginFailure(path, reason);
    }

    [LoggerMessage(1001, LogLevel.Warning, "{Path}: {Reason}")]
    private partial void LogOriginFailure(string path, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "{Path} was cut short: {Reason}")]
    private partial void LogCutShort(string path, string reason);
}
