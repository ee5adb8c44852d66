namespace Sluice.Monitoring.Summary;

/// <summary>Lines over a period: GET /v1/monitoring/trend. A value is absent where nothing was measured.</summary>
public sealed record TrendSeries
{
    /// <summary>day, week or month.</summary>
    public required string Period { get; init; }

    /// <summary>media or urls.</summary>
    public required string Scope { get; init; }

    /// <summary>Beginnings of the points, in seconds since the Unix epoch.</summary>
    public required IReadOnlyList<long> At { get; init; }

    /// <summary>Hit rate in percent.</summary>
    public required IReadOnlyList<double?> HitRate { get; init; }

    /// <summary>95th percentile of end-to-end latency in milliseconds.</summary>
    public required IReadOnlyList<double?> Latency { get; init; }

    /// <summary>Errors in percent.</summary>
    public required IReadOnlyList<double?> Errors { get; init; }

    /// <summary>Requests a second.</summary>
    public required IReadOnlyList<double?> Requests { get; init; }

    /// <summary>Bytes held: of the key-value store for URLs (row KV-11), of the disk or else the memory tier for media.</summary>
    public required IReadOnlyList<double?> Storage { get; init; }

    /// <summary>Their bound; absent or 0 for none.</summary>
    public required IReadOnlyList<double?> StorageLimit { get; init; }

    /// <summary>The same lines one period earlier, to see regressions (row TRD-05).</summary>
    public required IReadOnlyList<double?> LatencyBefore { get; init; }

    /// <summary>Hit rate one period earlier.</summary>
    public required IReadOnlyList<double?> HitRateBefore { get; init; }

    /// <summary>What happened meanwhile: starts, new versions, anomalies.</summary>
    public required IReadOnlyList<Mark> Marks { get; init; }
}
