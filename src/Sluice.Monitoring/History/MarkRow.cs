namespace Sluice.Monitoring.History;

/// <summary>A moment marked on the charts: a start, a new version, an anomaly, a purge.</summary>
internal sealed record MarkRow(long At, string Kind, string Text);
