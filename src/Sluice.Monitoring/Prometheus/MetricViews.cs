using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Sluice.Monitoring.Prometheus;

/// <summary>How instruments are aggregated: buckets for histograms that bring no bounds of their own (the SDK's defaults are meant for milliseconds), and how many sets of labels each may have.</summary>
internal static class MetricViews
{
    /// <summary>Sets of labels of an instrument; what comes after them is counted under otel_metric_overflow. The SDK lays out room for all of them at once.</summary>
    private const int MaximumSets = 512;

    /// <summary>The same of what is counted by origin: there may be hundreds, with some results each, and what is counted without its origin tells nobody which is down.</summary>
    private const int MaximumOfOrigins = 4096;

    /// <summary>From a memory hit (a fraction of a millisecond) to a slow transform.</summary>
    private static readonly double[] Seconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>1 KiB to 4 GiB, by factors of four.</summary>
    private static readonly double[] Bytes = [.. Enumerable.Range(5, 12).Select(i => Math.Pow(4, i))];

    /// <summary>The view for an instrument.</summary>
    public static MetricStreamConfiguration For(Instrument instrument)
    {
        var sets = instrument.Name.StartsWith("sluice.origin.", StringComparison.Ordinal) || instrument.Name.StartsWith("sluice.s3.", StringComparison.Ordinal) ? MaximumOfOrigins : MaximumSets;
        return BoundsOf(instrument) is { } bounds
            ? new ExplicitBucketHistogramConfiguration { Boundaries = bounds, CardinalityLimit = sets }
            : new MetricStreamConfiguration { CardinalityLimit = sets };
    }

    private static double[]? BoundsOf(Instrument instrument) =>
        !(Plain<double>(instrument) || Plain<float>(instrument) || Plain<long>(instrument) || Plain<int>(instrument)) ? null
            : instrument.Unit switch { "s" => Seconds, "By" => Bytes, _ => null };

    private static bool Plain<T>(Instrument instrument) where T : struct =>
        instrument is Histogram<T> { Advice: null or { HistogramBucketBoundaries: null } };
}
