using Sluice.Monitoring.Nodes;

namespace Sluice.Monitoring.Summary;

/// <summary>What the dashboard and <c>sluice top</c> show: GET /v1/monitoring/summary.</summary>
public sealed record MonitoringSummary
{
    /// <summary>When it was made.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The period it is about, up to now: day, week or month (30 days).</summary>
    public required string Period { get; init; }

    /// <summary>Name of the server, or of what is added up.</summary>
    public required string Node { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>Seconds since start.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>The panels, for media and, where there are buckets, for presigned URLs.</summary>
    public required IReadOnlyList<PanelSet> Scopes { get; init; }

    /// <summary>The last minute.</summary>
    public required IReadOnlyList<Fact> Now { get; init; }

    /// <summary>Requests and bytes by outcome.</summary>
    public required IReadOnlyList<Share> Outcomes { get; init; }

    /// <summary>Requests and bytes by tier.</summary>
    public required IReadOnlyList<Share> Tiers { get; init; }

    /// <summary>How origins do.</summary>
    public required IReadOnlyList<OriginHealth> Origins { get; init; }

    /// <summary>Objects asked for most.</summary>
    public required IReadOnlyList<HotItem> Hottest { get; init; }

    /// <summary>What the cache saved.</summary>
    public required Savings Savings { get; init; }

    /// <summary>What other sizes and policies would bring; absent before anything was asked for.</summary>
    public WhatIf? WhatIf { get; init; }

    /// <summary>Alerts that are on, and those of the period; newest first.</summary>
    public required IReadOnlyList<AlertItem> Alerts { get; init; }

    /// <summary>The last purges, newest first.</summary>
    public required IReadOnlyList<PurgeItem> Purges { get; init; }

    /// <summary>The servers that can be looked at, this one first; empty where there is only one.</summary>
    public IReadOnlyList<NodeItem> Nodes { get; init; } = [];

    /// <summary>Which of them this is about: an id, or all.</summary>
    public string Selected { get; init; } = "";
}
