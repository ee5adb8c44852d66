using Sluice.Core.Telemetry;
using Sluice.Video.Planning;

namespace Sluice.Video.Debug;

/// <summary>How a request was understood and answered: what header fields, the page and the JSON for debugging are made from (rows U078 to U082).</summary>
public sealed record DebugReport
{
    /// <summary>GET or HEAD.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>The path in the edge's normal form.</summary>
    public required string Path { get; init; }

    /// <summary>The query as sent, with its question mark; empty for none. What is secret in it is not shown.</summary>
    public required string Query { get; init; }

    /// <summary>The request's fields, as <see cref="VideoRequest.Field"/>.</summary>
    public required Func<string, string?> Field { get; init; }

    /// <summary>What was decided.</summary>
    public required VideoPlan Plan { get; init; }

    /// <summary>The request's id in the log.</summary>
    public string? RequestId { get; init; }

    /// <summary>The route that took it.</summary>
    public string? Route { get; init; }

    /// <summary>The origin of its source.</summary>
    public string? Origin { get; init; }

    /// <summary>The outcome: hit, miss, stale, revalidated, coalesced, bypass or refused.</summary>
    public string? Outcome { get; init; }

    /// <summary>What each tier said, in the order asked.</summary>
    public IReadOnlyList<DebugTier> Tiers { get; init; } = [];

    /// <summary>How long the steps took.</summary>
    public IReadOnlyList<DebugTiming> Timings { get; init; } = [];

    /// <summary>From the request's arrival to this report.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Age of what is stored; null when nothing is.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>How long it stays fresh; null when nothing is stored.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>Version of what is stored; null when nothing is.</summary>
    public string? Version { get; init; }

    /// <summary>Media type of the answer, as far as it is known.</summary>
    public string? ContentType { get; init; }

    /// <summary>Bytes of the answer, as far as they are known.</summary>
    public long? Length { get; init; }

    /// <summary>Path and query of the answer itself, without the switches for debugging.</summary>
    internal string MediaUrl => DebugText.Local(Path) + DebugText.WithoutSwitches(Query);

    /// <summary>Path and query as they may be shown.</summary>
    internal string ShownUrl => Path + QueryRedaction.Redact(Query);
}
