using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Summary;

/// <summary>What a summary is made from: what one node did, or several.</summary>
internal sealed record SummaryInput
{
    /// <summary>The period, up to now.</summary>
    public required Window Whole { get; init; }

    /// <summary>The one before it.</summary>
    public required Window Before { get; init; }

    /// <summary>The last minute.</summary>
    public required Window Minute { get; init; }

    /// <summary>How long that is, in seconds: to the point, and not to the second.</summary>
    public required double MinuteSeconds { get; init; }

    public required string Node { get; init; }

    public required string Version { get; init; }

    /// <summary>Seconds since start.</summary>
    public required double Uptime { get; init; }

    public required bool HasUrls { get; init; }

    public required IReadOnlyList<HotItem> Hottest { get; init; }

    public required IReadOnlyList<AlertItem> Alerts { get; init; }

    public required IReadOnlyList<PurgeItem> Purges { get; init; }
}
