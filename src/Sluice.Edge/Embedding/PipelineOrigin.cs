using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;

namespace Sluice.Edge.Embedding;

/// <summary>An app's pipeline as an origin. Each request is one of its own, since it may outlive the client that caused it and serve others.</summary>
internal sealed class PipelineOrigin(PipelineSite site, RequestDelegate pipeline, IHttpContextFactory contexts, PipelineRuns runs, ILogger<PipelineOrigin> logger) : IOrigin
{
    public string Name => "app";

    public string Scope { get; } = $"app:{site.Scheme}://{site.Host}{site.PathBase}";

    public OriginTraits Traits => OriginTraits.None;

    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        var exchange = new PipelineExchange(contexts, request.Method, logger);
        runs.Add(exchange.Start(pipeline, RequestOf(request), AddressOf(request)));
        try
        {
            return await exchange.AnswerAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            exchange.Discard();
            throw;
        }
    }

    private HttpRequestFeature RequestOf(OriginRequest request)
    {
        var path = PathString.FromUriComponent(request.Path);
        var feature = new HttpRequestFeature
        {
            Method = request.Method,
            Protocol = "HTTP/1.1",
            Scheme = site.Scheme,
            PathBase = site.PathBase,
            Path = site.PathBase.Length > 0 && path.StartsWithSegments(site.PathBase, out var rest) ? rest.Value! : path.Value!,
            QueryString = request.Query,
            RawTarget = request.Path + request.Query,
        };
        foreach (var (name, value) in HttpOriginRequest.Fields(request)) feature.Headers.Append(name, value);
        feature.Headers.Host = site.Host;
        return feature;
    }

    private static HttpConnectionFeature AddressOf(OriginRequest request) => new()
    {
        RemoteIpAddress = request.Headers.First("X-Forwarded-For") is { } client && IPAddress.TryParse(client, out var address) ? address : null,
    };
}
