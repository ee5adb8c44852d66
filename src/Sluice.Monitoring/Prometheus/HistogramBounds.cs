using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Sluice.Monitoring.Prometheus;

/// <summary>Buckets for histograms that bring no bounds of their own: the SDK's defaults are meant for milliseconds.</summary>
internal static class HistogramBounds
{
    /// <summary>From a memory hit (a fraction of a millisecond) to a slow transform.</summary>
    private static readonly double[] Seconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>1 KiB to 4 GiB, by factors of four.</summary>
    private static readonly double[] Bytes = [.. Enumerable.Range(5, 12).Select(i => Math.Pow(4, i))];

    /// <summary>The view for an instrument; null leaves it to the SDK.</summary>
    public static MetricStreamConfiguration? For(Instrument instrument)
    {
        if (!(Plain<double>(instrument) || Plain<float>(instrument) || Plain<long>(instrument) || Plain<int>(instrument)))
            return null;
        var bounds = instrument.Unit switch { "s" => Seconds, "By" => Bytes, _ => null };
        return bounds is null ? null : new ExplicitBucketHistogramConfiguration { Boundaries = bounds };
    }

    private static bool Plain<T>(Instrument instrument) where T : struct =>
        instrument is Histogram<T> { Advice: null or { HistogramBucketBoundaries: null } };
}
