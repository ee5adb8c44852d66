using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Monitoring.Prometheus;

namespace Sluice.Integration.Tests.Monitoring;

/// <summary>Prometheus' own checker reads what a server answers, over HTTP: the format and the naming rules.</summary>
public sealed class PromtoolTests
{
    [Fact]
    public async Task Metrics_OfEveryKind_ArePassedByPromtool()
    {
        using var meter = new Meter("Sluice.PromtoolTest");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSluicePrometheus("Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Hosting");
        await using var app = builder.Build();
        app.MapGet("/metrics", PrometheusEndpoint.WriteAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

        MeasureEverything(meter);
        var text = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("test_waits_seconds_bucket{outcome=\"hit\",le=\"0.25\"} 1", text);
        Assert.Contains("process_resident_memory_bytes", text);
        Assert.Contains("dotnet_gc_collections_total", text);

        var check = await Tool.RunAsync("promtool", ["check", "metrics"], text);
        Assert.True(check.ExitCode == 0, $"promtool check metrics: {check.All}\n{text}");
        var broken = await Tool.RunAsync("promtool", ["check", "metrics"], text.Replace("# TYPE test_waits_seconds histogram", "# TYPE test_waits_seconds foo", StringComparison.Ordinal));
        Assert.NotEqual(0, broken.ExitCode);
    }

    private static void MeasureEverything(Meter meter)
    {
        var hit = new KeyValuePair<string, object?>("outcome", "hit");
        var odd = new KeyValuePair<string, object?>("odd.name", "back\\slash \"quoted\"\nnew line é");
        meter.CreateCounter<long>("test.requests", "{request}", "Requests \\ with\na second line.").Add(1, hit, odd);
        meter.CreateUpDownCounter<long>("test.open", "{connection}", "Open.").Add(-1, odd);
        meter.CreateGauge<double>("test.share", "1", "Share.").Record(double.NaN);
        meter.CreateHistogram<double>("test.waits", "s", "Waits.").Record(0.2, hit);
        meter.CreateHistogram<long>("test.sizes", "By", "Sizes.").Record(1 << 20);
        meter.CreateObservableCounter("test.sent", () => 1e300, "By", "Sent.");
        meter.CreateObservableGauge("test.free", () => long.MaxValue, "By", "Free.");
        meter.CreateObservableUpDownCounter("test.jobs.count", () => 5, "{job}", "Jobs.");
    }
}
