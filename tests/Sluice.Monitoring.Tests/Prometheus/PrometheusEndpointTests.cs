using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Monitoring.Prometheus;

namespace Sluice.Monitoring.Tests.Prometheus;

public sealed class PrometheusEndpointTests
{
    [Fact]
    public async Task WriteAsync_Registered_AnswersSluiceRuntimeProcessAndNamedMeters()
    {
        using var ours = new Meter($"Sluice.Test{Guid.NewGuid():N}");
        using var theirs = new Meter($"Theirs.{Guid.NewGuid():N}");
        using var unasked = new Meter($"Unasked.{Guid.NewGuid():N}");
        foreach (var meter in new[] { ours, theirs, unasked })
            meter.CreateObservableGauge(meter.Name, () => 1);

        await using var services = new ServiceCollection().AddSluicePrometheus(theirs.Name).AddSluicePrometheus().BuildServiceProvider();
        var (status, type, body) = await Scrape(services);

        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (status, type));
        Assert.Contains($"\n{ours.Name.Replace('.', '_')} 1\n", body);
        Assert.Contains($"\n{theirs.Name.Replace('.', '_')} 1\n", body);
        Assert.DoesNotContain("Unasked", body);
        Assert.Contains("\ndotnet_gc_heap_total_allocated_bytes_total ", body);
        Assert.Contains("\nprocess_cpu_seconds_total ", body);
        Assert.Contains("\nprocess_start_time_seconds ", body);
        Assert.InRange(Sample(body, "process_resident_memory_bytes"), 1 << 20, 1L << 40);
        Assert.InRange(Sample(body, "process_virtual_memory_bytes"), 1 << 20, 1L << 50);
    }

    [Fact(Timeout = 30_000)]
    public async Task StartedHost_CountsBeforeTheFirstScrape()
    {
        // Of no name that other tests listen to, which would have it enabled before this host does.
        using var meter = new Meter($"Only{Guid.NewGuid():N}");
        var counter = meter.CreateCounter<long>(meter.Name);
        await using var services = new ServiceCollection().AddSluicePrometheus(meter.Name).BuildServiceProvider();
        var warmUp = services.GetServices<IHostedService>().OfType<IHostedLifecycleService>().Single();
        await warmUp.StartedAsync(TestContext.Current.CancellationToken);
        while (!counter.Enabled)
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
        counter.Add(7);
        Assert.Contains($"\n{meter.Name.Replace('.', '_')}_total 7\n", (await Scrape(services)).Body);
    }

    [Fact]
    public async Task WriteAsync_NotCollected_Is503WithoutBody()
    {
        await using var services = new ServiceCollection().AddSluicePrometheus().BuildServiceProvider();
        services.GetRequiredService<PrometheusScraper>().Dispose();
        var (status, _, body) = await Scrape(services);
        Assert.Equal((503, ""), (status, body));
    }

    private static async Task<(int Status, string? Type, string Body)> Scrape(IServiceProvider services)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = services, Response = { Body = body } };
        await PrometheusEndpoint.WriteAsync(context);
        return (context.Response.StatusCode, context.Response.ContentType, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }

    private static double Sample(string body, string name) =>
        double.Parse(body.Split('\n').Single(l => l.StartsWith(name + " ", StringComparison.Ordinal))[name.Length..], System.Globalization.CultureInfo.InvariantCulture);
}
