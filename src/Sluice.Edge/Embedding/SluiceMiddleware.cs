using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Core.Objects;
using Sluice.Core.Tags;
using Sluice.Core.Telemetry;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Embedding;

/// <summary>The cache in an app's pipeline: the rest of the pipeline is the origin.</summary>
internal sealed class SluiceMiddleware(RequestDelegate next, ObjectCache cache, EdgeCounters counters, PipelineRuns runs, IServiceProvider services, IOptions<SluiceCacheOptions> options)
{
    /// <summary>Hosts that are cached for, since each has objects of its own; requests for further ones pass. An app that answers to any name should set AllowedHosts.</summary>
    private const int MaximumSites = 256;

    private readonly IHttpContextFactory contexts = (IHttpContextFactory)services.GetService(typeof(IHttpContextFactory))!;
    private readonly ILoggerFactory loggers = (ILoggerFactory)services.GetService(typeof(ILoggerFactory))!;
    private readonly TimeProvider time = (TimeProvider)services.GetService(typeof(TimeProvider))!;
    // Its instruments are there from its creation on.
    private readonly object? meter = services.GetService(typeof(CacheMeter));
    private readonly ConcurrentDictionary<PipelineSite, SluiceEdge> edges = new();

    /// <summary>Answers a request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var line = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        if (!IsStill(line.RawTarget, request)) line.RawTarget = request.GetEncodedPathAndQuery();
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return PassAsync(context);
        if (request.Headers.Upgrade.Count > 0 || context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true) return next(context);
        var site = new PipelineSite(request.Scheme, request.Host.Value?.ToLowerInvariant() ?? "", request.PathBase.Value ?? "");
        if (!edges.TryGetValue(site, out var edge))
        {
            if (edges.Count >= MaximumSites || site.Host.Length == 0) return next(context);
            edge = edges.GetOrAdd(site, Open);
        }

        return edge.TryServeHit(context) ?? (RequestTarget.TryParse(line.RawTarget, out _, out _) ? FetchAsync(context, edge) : next(context));
    }

    /// <summary>False where path and query are not those of the request line: middleware before the cache has made others of them, or the server read no line and tells none (TestServer, and those of functions).</summary>
    private static bool IsStill(ReadOnlySpan<char> line, HttpRequest request)
    {
        if (line is "*") return true;
        ReadOnlySpan<char> query = request.QueryString.Value, path = request.Path.Value, start = request.PathBase.Value;
        if (line is not ['/', ..] || !line.EndsWith(query)) return false;
        line = line[..^query.Length];
        if (line.Contains('?')) return false;
        // A proxy that tells its prefix has taken it off the line.
        if (line.SequenceEqual(path) || (line.StartsWith(start) && line[start.Length..].SequenceEqual(path))) return true;
        var read = PathString.FromUriComponent(line.ToString()).Value;
        return read == request.Path.Value || read == (request.PathBase + request.Path).Value;
    }

    private static async Task FetchAsync(HttpContext context, SluiceEdge edge)
    {
        try
        {
            await edge.InvokeAsync(context);
            // It need not be the client who left: whoever before the cache limits the time by a token of its own, as UseRequestTimeouts, answers when it hears of it, as from any app.
            if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status499ClientClosedRequest }) context.RequestAborted.ThrowIfCancellationRequested();
        }
        catch (IOException) when (context.Response.HasStarted)
        {
            // Cut off, so that the client does not take a part for the whole.
            context.Abort();
        }
    }

    /// <summary>A method that may have changed something invalidates what is stored of its URL (RFC 9111 section 4.4).</summary>
    private async Task PassAsync(HttpContext context)
    {
        if (HttpMethods.IsOptions(context.Request.Method) || HttpMethods.IsTrace(context.Request.Method)
            || !RequestTarget.TryParse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out var target, out _))
        {
            await next(context);
            return;
        }

        var name = options.Value.Policy.Query.Apply(target.Text);
        // Before the answer goes out: whoever has it, and asks again, is not to get what was there before.
        context.Response.OnStarting(() => ForgetAsync(context.Response, name));
        await next(context);
        // What was fetched meanwhile may be from before the end of what the app did.
        if (context.Response.HasStarted) await ForgetAsync(context.Response, name);
    }

    private async Task ForgetAsync(HttpResponse answer, string target)
    {
        if (answer.StatusCode is not (>= 200 and < 400)) return;
        try
        {
            await cache.PurgeAsync(new PurgeRequest(PurgeKind.Url, target) { IsInvalidation = true });
        }
        catch (IOException)
        {
            // It is purged, and the log has that the index cannot be written, which is tried on. The app has done what was asked of it, and its client is to know.
        }
    }

    private SluiceEdge Open(PipelineSite site)
    {
        var settings = new EdgeOptions { BaseUrl = Uri.TryCreate($"{site.Scheme}://{site.Host}", UriKind.Absolute, out var url) ? url : null, IsSecure = site.Scheme == "https" };
        var origin = new PipelineOrigin(site, next, contexts, runs, loggers.CreateLogger<PipelineOrigin>());
        settings.Routes.Add(new EdgeRoute { Name = "app", Origins = [origin], Policy = options.Value.Policy });
        return new SluiceEdge(cache, settings, counters, time, loggers);
    }
}
