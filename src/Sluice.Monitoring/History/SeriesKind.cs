namespace Sluice.Monitoring.History;

/// <summary>What a series' values are; the numbers are in the file.</summary>
internal enum SeriesKind
{
    /// <summary>How much was added in the time of the point.</summary>
    Counter = 0,

    /// <summary>The last value of the point, and the largest.</summary>
    Gauge = 1,

    /// <summary>Counts by bucket of what was measured in the time of the point, and their sum.</summary>
    Histogram = 2,
}
