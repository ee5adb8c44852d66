using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Alerts;

/// <summary>That an alert began or ended.</summary>
/// <param name="Alert">The alert; it ended if it says when.</param>
/// <param name="Value">The value that made it.</param>
internal sealed record AlertNotice(AlertRow Alert, double Value)
{
    /// <summary>True when it ended because there was nothing to judge any more, not because all is well.</summary>
    public bool IsUnjudged { get; init; }
}
