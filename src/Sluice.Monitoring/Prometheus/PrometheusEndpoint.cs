using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Sluice.Monitoring.Prometheus;

/// <summary>Metrics for Prometheus: register once, map <see cref="WriteAsync"/> at <c>/metrics</c> on the API listener.</summary>
/// <remarks>The text format, version 0.0.4; names follow the OpenTelemetry rules for Prometheus (<c>sluice.edge.requests</c> becomes <c>sluice_edge_requests_total</c>).</remarks>
public static class PrometheusEndpoint
{
    /// <summary>Collects the meters <c>Sluice.*</c> (this process's memory, CPU time and descriptors included), the .NET runtime's <c>System.Runtime</c>, and those named.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="meterNames">More meters; a star stands for any run of characters.</param>
    /// <remarks>Listening begins in the background once the host has started, so start-up does not wait for it; what counters count before that is not seen.</remarks>
    public static IServiceCollection AddSluicePrometheus(this IServiceCollection services, params string[] meterNames)
    {
        services.Configure<PrometheusOptions>(options => options.Meters.UnionWith(["Sluice.*", "System.Runtime", .. meterNames]));
        services.AddLogging();
        services.TryAddSingleton<PrometheusScraper>();
        services.AddHostedService<PrometheusWarmUp>();
        return services;
    }

    /// <summary>Answers a scrape with all metrics as they stand now; 503 when they could not be collected. Scrapes at the same time take turns to collect.</summary>
    public static async Task WriteAsync(HttpContext context)
    {
        var text = await context.RequestServices.GetRequiredService<PrometheusScraper>().ScrapeAsync(context.RequestAborted);
        if (text is null)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }
}
