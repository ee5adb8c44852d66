namespace Sluice.Monitoring.Summary;

/// <summary>One value of one series at one time (row MET-11).</summary>
/// <param name="Name">The instrument.</param>
/// <param name="Value">Counter: what it was increased by; gauge: its last value; histogram: how many were measured. 1 where nothing else is said.</param>
/// <param name="Tags">Its labels.</param>
/// <param name="Timestamp">Beginning of the point, in milliseconds since the Unix epoch.</param>
public sealed record MetricRecord(string Name, double Value, IReadOnlyDictionary<string, string> Tags, long Timestamp)
{
    /// <summary>A record of something that happened once.</summary>
    public MetricRecord(string name, IReadOnlyDictionary<string, string> tags, long timestamp) : this(name, 1, tags, timestamp)
    {
    }
}
