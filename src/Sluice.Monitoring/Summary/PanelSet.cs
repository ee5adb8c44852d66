namespace Sluice.Monitoring.Summary;

/// <summary>The four panels of the dashboard (rows DSH-02 to DSH-05).</summary>
public sealed record PanelSet
{
    /// <summary>media or urls.</summary>
    public required string Name { get; init; }

    /// <summary>Cache performance: hit rate and refresh rate.</summary>
    public required IReadOnlyList<Gauge> Cache { get; init; }

    /// <summary>Error rates.</summary>
    public required IReadOnlyList<Gauge> Errors { get; init; }

    /// <summary>Latency: of the inner step, and from end to end.</summary>
    public required IReadOnlyList<Latency> Latency { get; init; }

    /// <summary>Resource usage.</summary>
    public required IReadOnlyList<Fact> Resources { get; init; }
}
