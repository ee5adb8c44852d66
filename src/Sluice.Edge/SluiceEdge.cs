using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;
using Sluice.Core.Telemetry;
using Sluice.Edge.Purging;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;
using Sluice.Edge.Telemetry;
using Sluice.Edge.Transport;
using Sluice.Edge.Variants;
using Sluice.Edge.Warming;

namespace Sluice.Edge;

/// <summary>The edge: answers requests from the cache, and from the origins of its routes.</summary>
public sealed class SluiceEdge
{
    private readonly HitPath hits;
    private readonly RequestDelegate handle;
    private readonly EdgeHandler handler;
    private readonly VariantMaking making;
    private readonly Warmer warmer;
    private readonly EdgeCounters counters;
    private readonly TimeProvider time;
    private bool isWatched;

    /// <summary>Puts an edge in front of the routes' origins.</summary>
    /// <exception cref="ArgumentException">A route has no origin, or a pattern that is none.</exception>
    public SluiceEdge(ObjectCache cache, EdgeOptions options, EdgeCounters counters, TimeProvider time, ILoggerFactory loggers)
    {
        (this.counters, this.time) = (counters, time);
        Routes = new RouteTable(options.Routes, cache, time, loggers);
        WatchCircuits();
        var forwarding = new Forwarding(options);
        var responder = new Responder(forwarding, time, counters);
        hits = new HitPath(Routes, responder, time);
        handle = HandleAsync;
        PlainHits = new PlainHits(hits, forwarding, counters, time);
        var purge = new PurgeMethod(cache, NameOf, new PurgeAccess(options.Purge, forwarding.Clients), counters);
        var fetcher = new Fetcher(cache, time);
        var parts = new EdgeParts
        {
            Cache = cache,
            Routes = Routes,
            Fetcher = fetcher,
            Shared = new SharedFetcher(fetcher, cache, time),
            Responder = responder,
            Unstored = new UnstoredAnswers(cache, responder, time, counters),
            Proxy = new ProxyHandler(cache, forwarding, counters, new PostAnswers(cache, responder, time), time, options.TunnelIdleTimeout),
            Purge = purge,
            Forwarding = forwarding,
            Counters = counters,
            Time = time,
        };
        var logger = loggers.CreateLogger<EdgeHandler>();
        var fetches = new ObjectFetches(parts);
        making = new VariantMaking(parts, fetches);
        warmer = new Warmer(parts, fetches, making);
        var prefetcher = new Prefetcher(parts, fetches, making, logger);
        var objects = new ObjectAnswers(parts, fetches, new BackgroundRefresh(parts, fetches, logger), prefetcher, logger);
        handler = new EdgeHandler(parts, new VariantAnswers(parts, objects, prefetcher), logger);
    }

    internal RouteTable Routes { get; }

    internal PlainHits PlainHits { get; }

    /// <summary>False for what must be looked at more closely before it may be a hit: a wish for a tunnel, a body of unknown length.</summary>
    private static bool IsPlain(IHeaderDictionary headers) => headers.Upgrade.Count == 0 && headers.TransferEncoding.Count == 0;

    /// <summary>Names of the origins of its routes.</summary>
    public IEnumerable<string> Origins => Routes.All.SelectMany(route => route.Route.Origins.Select(origin => origin.Name));

    /// <summary>How the origins do that are watched by a circuit breaker.</summary>
    public IEnumerable<OriginCircuit> Circuits => Routes.All.SelectMany(route => route.Circuits);

    /// <summary>Takes other routes in the place of those it has, in one step. A route that is the same object as before keeps its state; requests under way end on the route they began on.
    /// What is stored stays, and is found by every route with the same origins.</summary>
    /// <exception cref="ArgumentException">A route has no origin, or a pattern that is none; nothing was changed.</exception>
    public void Replace(IEnumerable<EdgeRoute> routes)
    {
        Routes.Replace(routes);
        WatchCircuits();
    }

    /// <summary>Starts the answer when it is a hit that needs no waiting; null otherwise, and nothing was done. For hosts that do more around the requests that are not hits.</summary>
    /// <param name="context">The request.</param>
    /// <param name="otherwise">Answers a request that turns out to be no hit after all, since what a tier held cannot be read, before anything was sent; null for what <see cref="InvokeAsync"/> does then.</param>
    public Task? TryServeHit(HttpContext context, RequestDelegate? otherwise = null)
    {
        if (!IsPlain(context.Request.Headers)) return null;
        var began = counters.IsSampling ? time.GetTimestamp() : 0;
        var answer = hits.TryServe(context, otherwise ?? handle);
        if (began != 0 && answer is not null) counters.HitTook(time.GetElapsedTime(began));
        return answer;
    }

    /// <summary>The tier that holds the first byte a request asks for: "memory" or "disk"; null when neither does. For logs that are asked for: it looks the object up once more.</summary>
    public string? TierOf(HttpContext context) => hits.TierOf(context);

    /// <summary>Who sent a request, as logs name him: the address that connected, or the one that trusted proxies tell.</summary>
    public IPAddress? ClientOf(HttpContext context) => PlainHits.ClientOf(context.Request.Headers, context.Connection.RemoteIpAddress);

    /// <summary>The name under which the answer to a normalised path and query is stored: a variant's key, or the target itself. For purges by URL.</summary>
    public string NameOf(string target) => RequestTarget.TryParse(target, out var parsed, out _) && Routes.Match(parsed.Path) is { } route ? VariantNames.Of(route, parsed) : target;

    /// <summary>Makes a variant ahead of its first viewer, or finds it made.</summary>
    /// <param name="target">Path and query, as a viewer would ask.</param>
    /// <param name="client">In whose name: those share the queue fairly.</param>
    /// <param name="cancellation">Nobody wants it any more.</param>
    public Task<PreparedVariant> PrepareAsync(string target, string client, CancellationToken cancellation) =>
        RequestTarget.TryParse(target, out var parsed, out var reason) ? making.PrepareAsync(parsed, client, cancellation) : Task.FromResult(new PreparedVariant(target, 400) { Reason = reason });

    /// <summary>Fetches what a viewer would get for a path, whole, ahead of the first one, or finds it there. A variant is made. Counts as no request.</summary>
    /// <param name="target">Path and query, as a viewer would ask.</param>
    /// <param name="client">In whose name variants are made: those share the queue fairly.</param>
    /// <param name="cancellation">Nobody wants it any more.</param>
    public Task<WarmedObject> WarmAsync(string target, string client, CancellationToken cancellation) =>
        RequestTarget.TryParse(target, out var parsed, out var reason) ? warmer.WarmAsync(parsed, client, cancellation) : Task.FromResult(new WarmedObject(target, 400) { Reason = reason });

    /// <summary>Answers one request. A terminal <see cref="RequestDelegate"/>.</summary>
    public Task InvokeAsync(HttpContext context) => TryServeHit(context) ?? HandleAsync(context);

    private void WatchCircuits()
    {
        if (isWatched || !Circuits.Any()) return;
        isWatched = true;
        counters.Watch(() => Circuits);
    }

    private Task HandleAsync(HttpContext context)
    {
        var began = time.GetTimestamp();
        context.Response.OnStarting(() =>
        {
            counters.RequestTook(time.GetElapsedTime(began));
            return Task.CompletedTask;
        });
        return Tracing.IsOn ? TraceAsync(context) : handler.HandleAsync(context);
    }

    private async Task TraceAsync(HttpContext context)
    {
        using var span = Tracing.Begin("request", ActivityKind.Server);
        span?.SetTag("http.request.method", context.Request.Method);
        // Without its query, which may hold a token.
        span?.SetTag("url.path", context.Request.Path.Value);
        await handler.HandleAsync(context);
        span?.SetTag("http.response.status_code", context.Response.StatusCode);
        span?.SetTag("sluice.cache", context.Response.Headers["X-Cache-Status"].ToString());
    }
}
