using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Anomalies;

/// <summary>What is usual in an hour of the week, from the weeks before (decision D15). Where those are too few, from the same hour of the days before.</summary>
internal sealed class HourBaselines(HistoryStore store, IReadOnlyList<HourlyMeasure> measures, TimeZoneInfo? zone = null)
{
    private const int Weeks = 8, Days = 14, LeastWeeks = 3, LeastDays = 5;
    private const long Hour = 3600, Day = 24 * Hour, Week = 7 * Day;

    private readonly Dictionary<(int Measure, long Hour), RobustScore?> learnt = [];
    private Dictionary<long, Window> past = [];
    private long learntAt = -1;

    /// <summary>Deviations of the last sixty minutes from what is usual then, and what is usual; null where too little is known.</summary>
    public (double Deviations, double Usual)? Score(int measure, double value, long now)
    {
        Renew(now);
        var hour = HistoryLevel.Hour.Floor(now);
        if (Learn(measure, hour - Hour) is not { } before || Learn(measure, hour) is not { } current) return null;
        var usual = before.Mix(current, (now - hour) / (double)Hour);
        return (usual.Of(value), usual.Median);
    }

    /// <summary>What is usual in one hour.</summary>
    public RobustScore? Learn(int measure, long hour)
    {
        if (learnt.TryGetValue((measure, hour), out var known)) return known;
        var of = measures[measure];
        var values = Values(of, hour, Week, Weeks);
        if (values.Count < LeastWeeks) values = Values(of, hour, Day, Days);
        var enough = values.Count >= LeastWeeks && (values.Count >= LeastDays || Values(of, hour, Week, Weeks).Count >= LeastWeeks);
        return learnt[(measure, hour)] = enough ? RobustScore.Learn(values, of.RelativeFloor, of.AbsoluteFloor) : null;
    }

    /// <summary>The hour that was so long before by the clock on the wall: viewers live by it, and once it is put forward or back every morning would be unusual for weeks.</summary>
    private long Earlier(long hour, long span)
    {
        var (clock, then) = (zone ?? TimeZoneInfo.Utc, hour - span);
        var shift = clock.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(hour)) - clock.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(then));
        return HistoryLevel.Hour.Floor(then + (long)shift.TotalSeconds);
    }

    private List<double> Values(HourlyMeasure of, long hour, long step, int count) =>
        [.. Enumerable.Range(1, count).Select(i => past.GetValueOrDefault(Earlier(hour, i * step))).Where(window => window is not null).Select(window => of.Read(window!)).OfType<double>()];

    /// <summary>Reads the past once an hour; of an hour that is not over nothing is learnt.</summary>
    private void Renew(long now)
    {
        var hour = HistoryLevel.Hour.Floor(now);
        if (hour == learntAt) return;
        // Of this hour and the one before it, and no others: all hours of eight weeks, of a server with many buckets, are tens of megabytes.
        past = Enumerable.Range(1, Weeks * 7).SelectMany(day => (long[])[Earlier(hour, day * Day), Earlier(hour - Hour, day * Day)]).Distinct()
            .SelectMany(at => store.Read(HistoryLevel.Hour, at, at + Hour, Hour, MeasureScopes.Wanted)).ToDictionary(bin => bin.At, bin => bin.Window);
        learnt.Clear();
        learntAt = hour;
    }
}
