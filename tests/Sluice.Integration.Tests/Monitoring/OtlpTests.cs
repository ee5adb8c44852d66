using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Monitoring;

/// <summary>A collector gets metrics and traces; a trace leads through flight and origin, and holds no query.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task Collector_OfARunningServer_GetsMetricsAndTraces()
    {
        var bodies = new ConcurrentDictionary<string, string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            bodies.AddOrUpdate(context.Request.Path, _ => Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);
        using var folder = new TemporaryFolder();
        folder.Write("a.bin", new byte[1000]);
        await using var sluice = await SluiceProcess.StartAsync(new SluiceProcessOptions
        {
            Origin = folder.Path,
            Environment = new Dictionary<string, string> { ["SLUICE__Monitoring__Otlp"] = collector.Urls.Single(), ["SLUICE__Monitoring__TraceShare"] = "1", ["SLUICE__Monitoring__Node"] = "edge-of-the-test" },
        });
        // Listening begins in the background.
        Assert.True(await Eventually.HoldsAsync(async () => (await sluice.Api.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Contains("sluice_edge_requests_total", StringComparison.Ordinal), TimeSpan.FromSeconds(60)));
        await sluice.Edge.GetByteArrayAsync(new Uri("/a.bin?token=hidden", UriKind.Relative), TestContext.Current.CancellationToken);

        // What waits to be sent goes out with a stop.
        await sluice.StopAsync();

        Assert.Contains("sluice.edge.requests", bodies["/v1/metrics"], StringComparison.Ordinal);
        var traces = bodies["/v1/traces"];
        Assert.All((string[])["request", "flight", "origin", "sluice.leader", "/a.bin"], text => Assert.Contains(text, traces, StringComparison.Ordinal));
        // Who sends it: without a name of the service a collector files it under "unknown_service".
        Assert.All(bodies.Values, body => Assert.All((string[])["service.name", "service.instance.id", "edge-of-the-test", "service.version"], text => Assert.Contains(text, body, StringComparison.Ordinal)));
        Assert.All(bodies.Values, body => Assert.DoesNotContain("unknown_service", body, StringComparison.Ordinal));
        Assert.DoesNotContain("hidden", traces, StringComparison.Ordinal);
    }
}
