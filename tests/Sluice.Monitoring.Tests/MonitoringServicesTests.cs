using Microsoft.Extensions.DependencyInjection;

namespace Sluice.Monitoring.Tests;

/// <summary>Monitoring in the container of an app that has registered nothing for it.</summary>
public class MonitoringServicesTests
{
    [Fact]
    public async Task AddSluiceMonitoring_EmptyContainer_HasAllItNeeds()
    {
        await using var services = new ServiceCollection().AddSluiceMonitoring(new MonitoringOptions(), new MonitorSources()).BuildServiceProvider();
        Assert.False(services.GetRequiredService<Monitor>().IsReady);
    }

    [Fact]
    public async Task Dispose_MonitorThatRuns_WorksWithoutWaitingAndTwice()
    {
        Monitor monitor;
        using (var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddSluiceMonitoring(new MonitoringOptions(), new MonitorSources()).BuildServiceProvider())
        {
            monitor = services.GetRequiredService<Monitor>();
            monitor.Start();
        }

        await monitor.DisposeAsync();
    }
}
