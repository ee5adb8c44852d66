namespace Sluice.S3.PresignedUrls;

/// <summary>Times since start, in milliseconds; percentiles are right to a sixteenth of their value.</summary>
/// <param name="Count">How many there were.</param>
/// <param name="AverageMs">Their average.</param>
/// <param name="P95Ms">95 of 100 took at most this.</param>
/// <param name="P99Ms">99 of 100 took at most this.</param>
public sealed record PresignTiming(long Count, double AverageMs, double P95Ms, double P99Ms);
