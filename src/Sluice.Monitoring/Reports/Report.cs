using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Reports;

/// <summary>What a day, week or month was like (rows REP-01 to REP-04).</summary>
public sealed record Report
{
    /// <summary>Its heading: Daily performance report of ….</summary>
    public required string Title { get; init; }

    /// <summary>Name of the server.</summary>
    public required string Node { get; init; }

    /// <summary>day, week or month.</summary>
    public required string Period { get; init; }

    /// <summary>Its beginning.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Its end.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The most important in one sentence or two.</summary>
    public required string Summary { get; init; }

    /// <summary>Numbers, each with the one of the period before.</summary>
    public required IReadOnlyList<ReportLine> Lines { get; init; }

    /// <summary>Alerts of the period, newest first.</summary>
    public required IReadOnlyList<AlertItem> Alerts { get; init; }

    /// <summary>Objects asked for most.</summary>
    public required IReadOnlyList<HotItem> Hottest { get; init; }

    /// <summary>What got worse against the period before (row TRD-05).</summary>
    public required IReadOnlyList<string> Regressions { get; init; }

    /// <summary>What could be done (row REP-04).</summary>
    public required IReadOnlyList<string> Advice { get; init; }

    /// <summary>Hit rate in percent along the period; a value is absent where nothing was asked.</summary>
    public required IReadOnlyList<double?> HitRate { get; init; }

    /// <summary>Requests along the period.</summary>
    public required IReadOnlyList<double?> Requests { get; init; }
}
