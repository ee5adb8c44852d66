using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Nodes;

/// <summary>What a node lays out for the others, as JSON under its id. What was measured is in the history's own form, so that whoever adds nodes up adds counts and buckets, never rates or percentiles.</summary>
internal sealed record NodeFrame
{
    /// <summary>Version of this form; another is passed over.</summary>
    public const int Current = 1;

    public int Format { get; init; } = Current;

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Seconds since start.</summary>
    public double Uptime { get; init; }

    public bool HasUrls { get; init; }

    /// <summary>The series that windows and bins refer to.</summary>
    public IReadOnlyList<NodeSeries> Series { get; init; } = [];

    /// <summary>Windows by name: minute, day, before day and so on.</summary>
    public IReadOnlyDictionary<string, byte[]> Windows { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Bins of the trend by period, each under its beginning.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<long, byte[]>> Bins { get; init; } = new Dictionary<string, IReadOnlyDictionary<long, byte[]>>();

    /// <summary>How long the window named minute is, in seconds; 0 where a node does not tell.</summary>
    public double MinuteSeconds { get; init; }

    public IReadOnlyList<HotItem> Hottest { get; init; } = [];

    public IReadOnlyList<AlertItem> Alerts { get; init; } = [];

    public IReadOnlyList<Mark> Marks { get; init; } = [];
}
