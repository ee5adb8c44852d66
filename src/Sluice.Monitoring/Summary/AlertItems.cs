using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Summary;

/// <summary>Alerts as stored, in words.</summary>
internal static class AlertItems
{
    private static readonly string[] Severities = ["informational", "warning", "critical"];

    public static AlertItem Of(AlertRow row) => new(
        row.Rule, Severities[Math.Clamp(row.Severity, 0, 2)], row.Message, row.Value, DateTimeOffset.FromUnixTimeSeconds(row.Started),
        row.Resolved is { } resolved ? DateTimeOffset.FromUnixTimeSeconds(resolved) : null);
}
