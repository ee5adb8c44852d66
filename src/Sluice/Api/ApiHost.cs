using Sluice.Catalog.Api;
using Sluice.Configuration;
using Sluice.Hosting;
using Sluice.Monitoring;
using Sluice.Monitoring.Prometheus;

namespace Sluice.Api;

/// <summary>The private listener.</summary>
internal static class ApiHost
{
    /// <summary>Builds it; it listens once started.</summary>
    public static WebApplication Build(SluiceOptions options, ServerState state, ILoggerFactory logging, TimeProvider time)
    {
        var builder = HostBuilding.Create(logging, time, kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            // Row U097; bodies and answers that crawl are ended by the server's own least rates.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(options.Api.Listen.Address, options.Api.Listen.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(state);
        builder.Services.AddSingleton(new ApiGuard(options.Api));
        builder.Services.ConfigureHttpJsonOptions(json => {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Wire);
            json.SerializerOptions.TypeInfoResolverChain.Insert(1, MonitoringJson.Wire);
        });
        builder.Services.AddSluiceMonitoring(Hosting.Monitoring.Options(options), Hosting.Monitoring.Sources(state));
        builder.Services.AddOpenApi(openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Sluice API";
            document.Info.Version = ProgramVersion.Text;
            document.Info.Description = "The private listener of a Sluice server. Errors are problem documents (RFC 9457).";
            document.Servers = [];
            return Task.CompletedTask;
        }));
        var app = builder.Build();
        // What clients of the catalog ask is traffic, like the edge's; the rest of the API is the operator's own.
        // Before the pipeline, since the log completes answers: what the pipeline refuses is logged, and what ends without an answer still becomes a problem document.
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/v1/videos") || context.Request.Path.StartsWithSegments("/v1/uploads"),
            branch => branch.Use((context, next) => state.AccessLog is { } log ? log.ServeAsync(context, next, context.Connection.RemoteIpAddress, null) : next(context)));
        app.UseMiddleware<ApiPipeline>();
        app.UseRouting();
        app.MapHealth();
        app.MapCache();
        app.MapReload();
        app.MapPresign();
        app.MapPlayback(options);
        if (options.Catalog.Enabled)
        {
            app.MapGroup("").AddEndpointFilter((context, next) => state.Phase == ServerPhase.Starting ? new(ProblemResult.Starting) : next(context))
                .MapCatalog(cancellation => CatalogHost.OpenAsync(state, cancellation));
            app.MapVideosPage();
        }
        app.MapVariants();
        app.MapEvents();
        app.MapMonitoring();
        app.MapDashboard();
        app.MapPreview(options);
        app.MapGet("/metrics", PrometheusEndpoint.WriteAsync).WithSummary("Metrics in the Prometheus text format.");
        app.MapOpenApi("/openapi.json");
        return app;
    }
}
