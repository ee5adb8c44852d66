namespace Sluice.Monitoring.Summary;

/// <summary>A time: its mean as the headline, mean and percentiles below it.</summary>
/// <param name="Label">What is measured.</param>
/// <param name="AverageSeconds">The mean, in seconds; absent before the first measurement.</param>
/// <param name="Headline">The mean, as shown.</param>
/// <param name="Average">The same.</param>
/// <param name="P95">95th percentile, as shown.</param>
/// <param name="P99">99th percentile, as shown.</param>
/// <param name="P95Seconds">95th percentile, in seconds.</param>
/// <param name="P99Seconds">99th percentile, in seconds.</param>
/// <param name="Tone">good, warning, bad, or empty.</param>
public sealed record Latency(string Label, double? AverageSeconds, string Headline, string Average, string P95, string P99, double? P95Seconds, double? P99Seconds, string Tone);
