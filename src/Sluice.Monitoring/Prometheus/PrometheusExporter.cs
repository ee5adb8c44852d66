using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Sluice.Monitoring.Prometheus;

/// <summary>Hands what the SDK collected to whoever asked for it: a scrape, or the history. Acts only then, so that one aggregation serves both.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    /// <summary>Set by the reader: collects and exports, the argument being the time limit in milliseconds.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>Takes the next collection; what it gets must not be kept.</summary>
    public Action<IReadOnlyList<Metric>>? Use { get; set; }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var metrics = new List<Metric>();
        foreach (var metric in batch)
            metrics.Add(metric);
        Use?.Invoke(metrics);
        return ExportResult.Success;
    }
}
