namespace Sluice.Monitoring.Summary;

/// <summary>A time: its mean as the headline, mean and percentiles below it.</summary>
/// <param name="Label">What is measured.</param>
/// <param name="Headline">The mean, as shown.</param>
/// <param name="Average">The same.</param>
/// <param name="P95">95th percentile, as shown.</param>
/// <param name="P99">99th percentile, as shown.</param>
/// <param name="Tone">good, bad, or empty.</param>
public sealed record Latency(string Label, string Headline, string Average, string P95, string P99, string Tone)
{
    /// <summary>The mean in seconds; absent before the first measurement.</summary>
    public double? AverageSeconds { get; init; }

    /// <summary>95th percentile in seconds.</summary>
    public double? P95Seconds { get; init; }

    /// <summary>99th percentile in seconds.</summary>
    public double? P99Seconds { get; init; }
}
