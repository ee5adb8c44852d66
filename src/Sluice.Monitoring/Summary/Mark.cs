namespace Sluice.Monitoring.Summary;

/// <summary>A moment marked on the charts.</summary>
/// <param name="At">Seconds since the Unix epoch.</param>
/// <param name="Kind">start, version, or anomaly.</param>
/// <param name="Text">What happened.</param>
public sealed record Mark(long At, string Kind, string Text);
