using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Sluice.Edge;
using Sluice.Logging;

namespace Sluice.Hosting;

/// <summary>What every request on the edge passes. A hit goes straight through; only what has to wait pays for a logging scope.</summary>
internal sealed partial class EdgePipeline(SluiceEdge edge, AccessLog? accessLog, ILogger<EdgePipeline> logger)
{
    private RequestDelegate? otherwise;

    /// <summary>Serves a request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        // A slow reader is a viewer on a train, not an attack; its memory is bounded by the write buffer. Who takes nothing at all is told by the kernel (SendLimit); only
        // HTTP/2, which has no such feature, needs the server's limit.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { MinDataRate: not null } rate) rate.MinDataRate = null;
        // Over HTTP/2 the scheme is a claim of the client's, and origins are told it.
        if (HttpProtocol.IsHttp2(context.Request.Protocol)) context.Request.Scheme = context.Features.Get<ITlsConnectionFeature>() is null ? "http" : "https";
        if (accessLog is not null)
        {
            RequestIds.Assign(context);
            return accessLog.ServeAsync(context, ServeAsync, edge.ClientOf(context), edge.TierOf(context));
        }

        // A hit writes no log line, so it needs no id of the server's making.
        if (context.Request.Headers.ContainsKey(RequestIds.Header)) RequestIds.Assign(context);
        return ServeAsync(context);
    }

    private Task ServeAsync(HttpContext context)
    {
        if (edge.TryServeHit(context, otherwise ??= ServeInScopeAsync) is not { } hit)
            return ServeInScopeAsync(context);
        return hit.IsCompletedSuccessfully ? hit : WatchAsync(context, hit);
    }

    private async Task ServeInScopeAsync(HttpContext context)
    {
        var id = RequestIds.Assign(context);
        // An answer of the edge's own starts from cleared headers.
        context.Response.OnStarting(static state => RequestIds.EchoAsync((HttpContext)state), context);
        using (logger.BeginScope(new RequestScope(id)))
            await WatchAsync(context, edge.InvokeAsync(context));
    }

    private async Task WatchAsync(HttpContext context, Task answer)
    {
        try
        {
            await answer;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The viewer left.
        }
        catch (IOException e) when (context.Response.HasStarted)
        {
            // The connection was cut so that the viewer does not take a part for the whole.
            LogCutShort(context.Request.Path, e.Message);
            context.Abort();
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "{Path} was cut short: {Reason}")]
    private partial void LogCutShort(string path, string reason);
}
