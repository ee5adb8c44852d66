namespace Sluice.Monitoring.History;

/// <summary>An alert as stored. Times are seconds since the Unix epoch; <paramref name="Resolved"/> is null while it is on.</summary>
internal sealed record AlertRow(long Id, string Rule, int Severity, string Message, double Value, long Started, long? Resolved);
