using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Sluice.TestKit.Processes;
using Sluice.TestKit.Time;

namespace Sluice.Monitoring.Tests.Checks;

/// <summary>Checks of a monitor whose clock stands still: what they know was written for them.</summary>
public sealed class FreshCheckTests
{
    [Fact]
    public async Task Check_JustAfterARequest_KnowsOfIt()
    {
        using var meter = new Meter("Sluice.Edge");
        var requests = 0;
        meter.CreateObservableCounter("sluice.edge.requests", () => new Measurement<long>(Volatile.Read(ref requests), new KeyValuePair<string, object?>("outcome", "miss")), "{request}");
        await using var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(new ManualTimeProvider())
            .AddSluiceMonitoring(new MonitoringOptions { Node = "n" }, new MonitorSources()).BuildServiceProvider();
        var monitor = services.GetRequiredService<Monitor>();
        monitor.Start();
        Assert.True(await Eventually.HoldsAsync(() => monitor.IsReady, TimeSpan.FromSeconds(60)));

        Volatile.Write(ref requests, 1);

        var check = await monitor.CheckAsync("errors", TestContext.Current.CancellationToken);
        Assert.Contains(check!.Questions[0].Facts, fact => fact.Label == "media: requests");
    }
}
