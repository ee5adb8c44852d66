using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Measures;

/// <summary>The measures of one of the two things a server does: it serves media, and it hands out presigned URLs. Rates are in percent, times in seconds, and null without anything to divide.</summary>
internal sealed record MeasureScope
{
    /// <summary>Word for it in the API: media or urls.</summary>
    public required string Name { get; init; }

    /// <summary>Share of requests that the cache answered.</summary>
    public required Func<Window, double?> HitRate { get; init; }

    /// <summary>Share of those that caused a refresh or a confirmation.</summary>
    public required Func<Window, double?> RefreshRate { get; init; }

    /// <summary>Share of requests that failed.</summary>
    public required Func<Window, double?> ErrorRate { get; init; }

    /// <summary>Share of operations on what lies behind that failed: origins, or the key-value store.</summary>
    public required Func<Window, double?> BackingErrorRate { get; init; }

    /// <summary>Times of the step that the cache saves.</summary>
    public required Func<Window, Histogram> Inner { get; init; }

    /// <summary>Times from end to end.</summary>
    public required Func<Window, Histogram> Whole { get; init; }

    /// <summary>Requests that the cache is for.</summary>
    public required Func<Window, double> Lookups { get; init; }

    /// <summary>All requests.</summary>
    public required Func<Window, double> Requests { get; init; }

    /// <summary>Failed requests.</summary>
    public required Func<Window, double> Errors { get; init; }
}
