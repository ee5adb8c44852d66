using OpenTelemetry.Metrics;

namespace Sluice.Monitoring.History;

/// <summary>Totals since start of every series, as the SDK aggregated them.</summary>
internal sealed class MetricSnapshot
{
    private static readonly HashSet<string> OfProcess = ["process.resident_memory", "process.cpu", "process.open_fds", "process.threads"];

    private readonly Dictionary<string, (SeriesKind Kind, double[] Bounds, SeriesValue Value)> series = new(StringComparer.Ordinal);

    /// <summary>Reads what the SDK collected; only while it is being exported.</summary>
    public static MetricSnapshot Of(IEnumerable<Metric> metrics)
    {
        var snapshot = new MetricSnapshot();
        foreach (var metric in metrics)
        {
            if (!metric.Name.StartsWith("sluice.", StringComparison.Ordinal) && !OfProcess.Contains(metric.Name)) continue;
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var labels = new List<KeyValuePair<string, object?>>();
                foreach (var tag in point.Tags) labels.Add(tag!);
                snapshot.Take(SeriesCatalog.Name(metric.Name, labels), metric.MetricType, point);
            }
        }

        return snapshot;
    }

    /// <summary>What was added since an earlier one; a total that fell began anew.</summary>
    /// <param name="earlier">The earlier one; null for the start.</param>
    /// <param name="find">Finds the series of a name, kind and bounds.</param>
    public Dictionary<int, SeriesValue> Since(MetricSnapshot? earlier, Func<string, SeriesKind, double[], Series?> find)
    {
        var point = new Dictionary<int, SeriesValue>();
        foreach (var (name, (kind, bounds, value)) in series)
        {
            if (find(name, kind, bounds) is not { } known) continue;
            var before = earlier is not null && earlier.series.TryGetValue(name, out var held) && held.Bounds.SequenceEqual(bounds) ? held.Value : null;
            point[known.Id] = kind switch
            {
                SeriesKind.Gauge => value.Copy(),
                SeriesKind.Counter => new SeriesValue { Value = before is null || value.Value < before.Value ? value.Value : value.Value - before.Value },
                _ => Difference(value, before),
            };
        }

        return point;
    }

    private static SeriesValue Difference(SeriesValue now, SeriesValue? before)
    {
        if (before is null || now.Buckets.Sum() < before.Buckets.Sum()) return now.Copy();
        return new SeriesValue { Value = now.Value - before.Value, Buckets = [.. now.Buckets.Zip(before.Buckets, (a, b) => a - b)] };
    }

    private void Take(string name, MetricType type, in MetricPoint point)
    {
        if (type == MetricType.Histogram)
        {
            var (bounds, counts) = (new List<double>(), new List<long>());
            foreach (var bucket in point.GetHistogramBuckets())
            {
                if (!double.IsPositiveInfinity(bucket.ExplicitBound)) bounds.Add(bucket.ExplicitBound);
                counts.Add(bucket.BucketCount);
            }

            series[name] = (SeriesKind.Histogram, [.. bounds], new SeriesValue { Value = point.GetHistogramSum(), Buckets = [.. counts] });
            return;
        }

        var value = type switch
        {
            MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
            MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
            MetricType.LongGauge => point.GetGaugeLastValueLong(),
            _ => point.GetGaugeLastValueDouble(),
        };
        var kind = type is MetricType.LongSum or MetricType.DoubleSum ? SeriesKind.Counter : SeriesKind.Gauge;
        series[name] = (kind, [], new SeriesValue { Value = value, Maximum = kind == SeriesKind.Gauge ? value : 0 });
    }
}
