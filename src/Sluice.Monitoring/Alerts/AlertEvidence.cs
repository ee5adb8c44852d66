using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Alerts;

/// <summary>What rules look at: the history up to a moment. Windows are read once however many rules ask for them.</summary>
internal sealed class AlertEvidence(HistoryStore store, DateTimeOffset now)
{
    private static readonly SeriesFilter Wanted = Measures.MeasureScopes.Wanted;
    private readonly Dictionary<int, Window> windows = [];
    private List<Window?>? minutes;

    /// <summary>The moment.</summary>
    public DateTimeOffset Now => now;

    /// <summary>The last so many seconds.</summary>
    public Window Last(int seconds)
    {
        if (windows.TryGetValue(seconds, out var held)) return held;
        var at = now.ToUnixTimeSeconds();
        var level = seconds <= 900 ? HistoryLevel.Fine : HistoryLevel.Minute;
        return windows[seconds] = store.Read(level, level.Floor(at - seconds), at + 1, Wanted);
    }

    /// <summary>Whole minutes that are over, the latest first; null where there is no point.</summary>
    public IReadOnlyList<Window?> Minutes(int count)
    {
        if (minutes is { } held && held.Count >= count) return held;
        var end = HistoryLevel.Minute.Floor(now.ToUnixTimeSeconds());
        var found = new Window?[count];
        foreach (var bin in store.Read(HistoryLevel.Minute, end - (count * 60L), end, 60, Wanted)) found[(int)((end - bin.At) / 60) - 1] = bin.Window;
        return minutes = [.. found];
    }
}
