using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core.Objects;
using Sluice.Edge.Routes;
using Sluice.Edge.Telemetry;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Model;

/// <summary>A real edge, asked without a network.</summary>
internal sealed class DirectEdge : IAsyncDisposable
{
    private readonly ObjectCache cache;
    private readonly EdgeCounters counters = new();
    private readonly SluiceEdge edge;

    public DirectEdge(ScriptedOrigin origin, ManualTimeProvider time)
        : this(origin, time, ObjectCache.Open(new ObjectCacheOptions { MemoryBytes = 4 << 20 }, time, NullLoggerFactory.Instance))
    {
    }

    public DirectEdge(ScriptedOrigin origin, ManualTimeProvider time, ObjectCache cache)
    {
        this.cache = cache;
        var options = new EdgeOptions();
        options.Routes.Add(new EdgeRoute { Name = "all", Origins = [origin] });
        edge = new SluiceEdge(cache, options, counters, time, NullLoggerFactory.Instance);
    }

    public async Task<Exchange> AskAsync(Step step, ScriptedOrigin origin)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = step.Path;
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        var request = context.Request;
        (request.Method, request.Path, request.Scheme, request.Host) = (step.Method, step.Path, "http", new HostString("edge"));
        if (step.Foo is not null) request.Headers["Foo"] = step.Foo;
        if (step.IsAuthorised) request.Headers.Authorization = "Basic YTpi";
        if (step.Control?.ToString() is { Length: > 0 } control) request.Headers.CacheControl = control;
        if (origin.ConditionText() is { } condition) request.Headers.IfNoneMatch = condition;

        await edge.InvokeAsync(context);
        await context.Response.CompleteAsync();
        var answer = context.Response;
        var marker = answer.Headers["X-Marker"];
        var sent = origin.Requests.Count == 0 ? null : origin.Requests.Single();
        return new Exchange(
            answer.StatusCode,
            marker.Count == 0 ? "" : Encoding.ASCII.GetString(body.ToArray()),
            marker.Count == 0 ? null : int.Parse(marker.ToString(), CultureInfo.InvariantCulture),
            answer.Headers.Age.Count == 0 ? null : int.Parse(answer.Headers.Age.ToString(), CultureInfo.InvariantCulture),
            answer.Headers.SetCookie.Count > 0,
            sent is not null,
            sent?.Held is { } held ? held.ETag : sent?.Headers.First("If-None-Match"),
            sent?.Held?.LastModified is { } since ? DateTimeOffset.Parse(since, CultureInfo.InvariantCulture) : null);
    }

    public async ValueTask DisposeAsync()
    {
        await cache.DisposeAsync();
        counters.Dispose();
    }

    /// <summary>Ends the edge and leaves the cache to others.</summary>
    public void Leave() => counters.Dispose();
}
