using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Summary;

/// <summary>A view of the history: how long, from which level, in which steps.</summary>
internal sealed record Period(string Name, int Seconds, HistoryLevel Level, int Step)
{
    public static readonly IReadOnlyList<Period> All =
    [
        new("day", 86_400, HistoryLevel.Minute, 300),
        new("week", 7 * 86_400, HistoryLevel.Hour, 3600),
        new("month", 30 * 86_400, HistoryLevel.Hour, 4 * 3600),
    ];

    /// <summary>How often its chart has a value.</summary>
    public string StepText => Step switch { 300 => "every 5 minutes", 3600 => "every hour", _ => FormattableString.Invariant($"every {Step / 3600} hours") };

    public static Period? Find(string? name) => All.FirstOrDefault(period => period.Name == (name ?? "day"));

    /// <summary>The beginning of the period that ends now, on a point of its level.</summary>
    public long From(long now) => Level.Floor(now - Seconds) + Level.Seconds;

    /// <summary>The beginning of the first step of its chart. Steps begin on multiples of their length, so that those of several servers are of the same time.</summary>
    public long ChartFrom(long now) => now - (now % Step) - Seconds + Step;
}
