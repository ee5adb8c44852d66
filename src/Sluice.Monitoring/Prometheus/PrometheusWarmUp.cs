using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Sluice.Monitoring.Prometheus;

/// <summary>Begins to listen once the host has started: counters must be seen from the first requests on, and no start should wait for that.</summary>
internal sealed class PrometheusWarmUp(PrometheusScraper scraper, IOptions<PrometheusOptions> options) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.ListensAtStart) return Task.CompletedTask;
        // A failure is kept by the scraper and shows on each scrape.
        _ = Task.Run(scraper.Listen, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
