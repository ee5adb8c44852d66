namespace Sluice.Monitoring.History;

/// <summary>A resolution of the history and how long it is kept.</summary>
/// <param name="Seconds">Length of a point, which is also its number in the file.</param>
/// <param name="Keep">How long its points are kept.</param>
internal sealed record HistoryLevel(int Seconds, TimeSpan Keep)
{
    /// <summary>10 s for a day.</summary>
    public static readonly HistoryLevel Fine = new(10, TimeSpan.FromDays(1));

    /// <summary>1 min for a month.</summary>
    public static readonly HistoryLevel Minute = new(60, TimeSpan.FromDays(31));

    /// <summary>1 h for two years.</summary>
    public static readonly HistoryLevel Hour = new(3600, TimeSpan.FromDays(731));

    /// <summary>All of them, finest first.</summary>
    public static readonly IReadOnlyList<HistoryLevel> All = [Fine, Minute, Hour];

    /// <summary>The beginning of the point that a time belongs to, in seconds since the Unix epoch.</summary>
    public long Floor(long at) => at - (((at % Seconds) + Seconds) % Seconds);
}
