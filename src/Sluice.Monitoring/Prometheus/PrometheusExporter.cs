using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Sluice.Monitoring.Prometheus;

/// <summary>Turns what the SDK collected into text; acts only when a scrape asks.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter(PrometheusText text) : BaseExporter<Metric>, IPullMetricExporter
{
    /// <summary>Set by the reader: collects and exports, the argument being the time limit in milliseconds.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>The last collection.</summary>
    public string Text { get; private set; } = "";

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var metrics = new List<Metric>();
        foreach (var metric in batch)
            metrics.Add(metric);
        Text = text.Render(metrics);
        return ExportResult.Success;
    }
}
