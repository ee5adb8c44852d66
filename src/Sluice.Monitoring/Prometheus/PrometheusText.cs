using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Sluice.Monitoring.Prometheus;

/// <summary>Writes aggregated metrics in the Prometheus text format 0.0.4, sorted by name. Not for use by two threads at once.</summary>
/// <param name="onConflict">Told once of each name that two instruments of different kinds share.</param>
internal sealed class PrometheusText(Action<string> onConflict)
{
    private readonly HashSet<string> _conflicts = [];
    private readonly StringBuilder _out = new();

    public string Render(IEnumerable<Metric> metrics)
    {
        _out.Clear();
        var families = metrics
            .Select(m => (Metric: m, Kind: KindOf(m.MetricType)))
            .Select(m => (m.Metric, m.Kind, Name: PrometheusNames.Metric(m.Metric.Name, m.Metric.Unit, m.Kind)))
            .GroupBy(m => m.Name)
            .OrderBy(f => f.Key, StringComparer.Ordinal);
        foreach (var family in families)
        {
            var kind = family.First().Kind;
            var alike = family.Where(m => m.Kind == kind).Select(m => m.Metric).ToArray();
            if (alike.Length < family.Count() && _conflicts.Add(family.Key))
                onConflict(family.Key);
            WriteFamily(family.Key, kind, alike);
        }
        return _out.ToString();
    }

    private static PrometheusKind KindOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => PrometheusKind.Counter,
        MetricType.Histogram => PrometheusKind.Histogram,
        MetricType.LongGauge or MetricType.DoubleGauge or MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => PrometheusKind.Gauge,
        _ => throw new InvalidOperationException($"{type} comes only from a view that this exporter does not set."),
    };

    private void WriteFamily(string name, PrometheusKind kind, Metric[] metrics)
    {
        var description = metrics.Select(m => m.Description).FirstOrDefault(d => d.Length > 0) ?? metrics[0].Name;
        _out.Append("# HELP ").Append(name).Append(' ').Append(description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        _out.Append("# TYPE ").Append(name).Append(' ').Append(kind switch { PrometheusKind.Counter => "counter", PrometheusKind.Gauge => "gauge", _ => "histogram" }).Append('\n');
        foreach (var metric in metrics)
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                // Two meters may have an instrument of the same name: then, and only then, the meter tells their series apart.
                var labels = Labels(point.Tags, metrics.Length > 1 ? metric.MeterName : null);
                if (kind == PrometheusKind.Histogram)
                    WriteHistogram(name, labels, point);
                else
                    WriteSample(name, "", labels, Value(metric.MetricType, point));
            }
    }

    private void WriteHistogram(string name, string labels, in MetricPoint point)
    {
        var comma = labels.Length > 0 ? "," : "";
        long cumulative = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            WriteSample(name, "_bucket", $"{labels}{comma}le=\"{Number(bucket.ExplicitBound)}\"", Number(cumulative));
        }
        WriteSample(name, "_sum", labels, Number(point.GetHistogramSum()));
        WriteSample(name, "_count", labels, Number(point.GetHistogramCount()));
    }

    private void WriteSample(string name, string suffix, string labels, string value)
    {
        _out.Append(name).Append(suffix);
        if (labels.Length > 0)
            _out.Append('{').Append(labels).Append('}');
        _out.Append(' ').Append(value).Append('\n');
    }

    private static string Labels(ReadOnlyTagCollection tags, string? meter)
    {
        if (tags.Count == 0 && meter is null)
            return "";
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (meter is not null)
            labels["otel_scope_name"] = meter;
        foreach (var (key, value) in tags)
        {
            // Attributes that differ only in characters Prometheus does not know share one label, values joined, as the specification says.
            var name = PrometheusNames.Label(key);
            labels[name] = labels.TryGetValue(name, out var other) ? $"{other};{Text(value)}" : Text(value);
        }
        return string.Join(',', labels.Select(l => $"{l.Key}=\"{Escape(l.Value)}\""));
    }

    private static string Text(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Value(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => Number(point.GetSumLong()),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => Number(point.GetSumDouble()),
        MetricType.LongGauge => Number(point.GetGaugeLastValueLong()),
        _ => Number(point.GetGaugeLastValueDouble()),
    };

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : double.IsNaN(value) ? "NaN"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
