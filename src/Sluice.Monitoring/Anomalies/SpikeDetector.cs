namespace Sluice.Monitoring.Anomalies;

/// <summary>Sees values that stand out from the last hour's (rows ANO-01, ANO-02).</summary>
internal static class SpikeDetector
{
    /// <summary>Deviations that make a latency an outlier. Latencies have long tails: three would cry every hour.</summary>
    public const double LatencyDeviations = 6;

    /// <summary>Deviations that make errors unusual.</summary>
    public const double ErrorDeviations = 4;

    private const int LeastPast = 20;
    private const int LeastErrors = 5;
    private const double LeastRate = 0.001;

    /// <summary>Deviations of a latency from those before; null while there are too few. A value that is not twice the usual one is none, whatever its deviations.</summary>
    public static double? Latency(IReadOnlyList<double> past, double value)
    {
        if (past.Count < LeastPast) return null;
        var usual = RobustScore.Learn(past, 0.1, 0.0005);
        return value < 2 * usual.Median ? Math.Min(usual.Of(value), 0) : usual.Of(value);
    }

    /// <summary>Deviations of a number of errors from what the rate before would bring, by the binomial distribution; null while there are too few requests to say.</summary>
    public static double? Errors(double pastErrors, double pastRequests, double errors, double requests)
    {
        if (pastRequests < 100 || requests < LeastPast) return null;
        if (errors < LeastErrors) return 0;
        var rate = Math.Clamp(pastErrors / pastRequests, LeastRate, 0.5);
        return (errors - (requests * rate)) / Math.Sqrt(requests * rate * (1 - rate));
    }
}
