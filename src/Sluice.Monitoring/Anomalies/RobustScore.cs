namespace Sluice.Monitoring.Anomalies;

/// <summary>How far a value is from what was usual, in robust standard deviations: from the median, by the median absolute deviation, so that past outliers do not widen what counts as usual.</summary>
/// <param name="Median">What was usual.</param>
/// <param name="Scale">One standard deviation.</param>
internal readonly record struct RobustScore(double Median, double Scale)
{
    /// <summary>Makes the median absolute deviation of normally distributed values their standard deviation.</summary>
    private const double Normal = 1.4826;

    /// <summary>Learns from past values. The floors keep a value that hardly ever changed from making every change an anomaly.</summary>
    /// <param name="past">Past values, at least one.</param>
    /// <param name="relativeFloor">Least deviation as a share of the median.</param>
    /// <param name="absoluteFloor">Least deviation in the value's own unit.</param>
    public static RobustScore Learn(IReadOnlyList<double> past, double relativeFloor, double absoluteFloor)
    {
        var median = MedianOf([.. past]);
        var deviation = MedianOf([.. past.Select(value => Math.Abs(value - median))]);
        return new RobustScore(median, Math.Max(Math.Max(Normal * deviation, relativeFloor * Math.Abs(median)), absoluteFloor));
    }

    /// <summary>Deviations of a value, with their sign.</summary>
    public double Of(double value) => (value - Median) / Scale;

    /// <summary>A mixture of what is usual now and next, for a window that spans both.</summary>
    public RobustScore Mix(RobustScore next, double share) => new((Median * (1 - share)) + (next.Median * share), (Scale * (1 - share)) + (next.Scale * share));

    private static double MedianOf(double[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
