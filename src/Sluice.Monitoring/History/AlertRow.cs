namespace Sluice.Monitoring.History;

/// <summary>An alert as stored. Times are seconds since the Unix epoch.</summary>
internal sealed record AlertRow(long Id, string Rule, int Severity, string Message, double Value, long Started)
{
    /// <summary>When it ended; null while it is on.</summary>
    public long? Resolved { get; init; }
}
