using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Sluice.Monitoring.Prometheus;

namespace Sluice.Monitoring;

/// <summary>Registers monitoring.</summary>
public static class MonitoringServices
{
    /// <summary>Adds a <see cref="Monitor"/> over the meters that <see cref="PrometheusEndpoint.AddSluicePrometheus"/> collects. The host starts it when it is ready.</summary>
    public static IServiceCollection AddSluiceMonitoring(this IServiceCollection services, MonitoringOptions options, MonitorSources sources)
    {
        services.AddSluicePrometheus();
        services.TryAddSingleton(TimeProvider.System);
        services.Configure<PrometheusOptions>(prometheus =>
        {
            (prometheus.Otlp, prometheus.TraceShare, prometheus.ListensAtStart) = (options.Otlp, options.TraceShare, options.IsEnabled || options.Otlp is not null);
            (prometheus.Node, prometheus.Version) = (options.Node, options.Version);
        });
        services.AddSingleton(provider => new Monitor(
            options, sources, provider.GetRequiredService<PrometheusScraper>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        return services;
    }
}
