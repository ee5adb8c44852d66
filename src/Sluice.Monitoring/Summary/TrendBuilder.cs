using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Summary;

/// <summary>Makes the lines of the trend panel.</summary>
internal sealed class TrendBuilder(HistoryStore store, HistoryReader reader)
{
    /// <summary>The instruments that lines are made of.</summary>
    public static readonly SeriesFilter Wanted = new(
        MeasureNames.Requests, MeasureNames.Errors, MeasureNames.Duration, MeasureNames.PresignHits, MeasureNames.PresignMisses, MeasureNames.PresignDirect, MeasureNames.PresignErrors,
        MeasureNames.PresignSignatures, MeasureNames.PresignDuration, MeasureNames.StoreSize, MeasureNames.StoreLimit, MeasureNames.MemorySize, MeasureNames.MemoryLimit,
        MeasureNames.DiskSize, MeasureNames.DiskLimit);

    /// <summary>The lines of this server.</summary>
    public TrendSeries Build(Period period, string scope, long now) => reader.Keep($"trend {period.Name} {scope}", () => Make(period, scope, now, Bins(period, now), Marks(period, now)));

    /// <summary>What this server did in each step of the period and of the one before it.</summary>
    public List<HistoryBin> Bins(Period period, long now) =>
        reader.Keep($"bins {period.Name}", () => store.Read(period.Level, period.ChartFrom(now) - period.Seconds, now + 1, period.Step, Wanted));

    /// <summary>What happened meanwhile.</summary>
    public List<Mark> Marks(Period period, long now) => [.. store.Records.Marks(period.ChartFrom(now), now + 1).Select(mark => new Mark(mark.At, mark.Kind, mark.Text))];

    /// <summary>Draws the lines of what was done.</summary>
    public static TrendSeries Make(Period period, string name, long now, IEnumerable<HistoryBin> bins, IReadOnlyList<Mark> marks)
    {
        var (scope, isMedia, from, steps) = (MeasureScopes.All.First(one => one.Name == name), name == MeasureScopes.Media.Name, period.ChartFrom(now), period.Seconds / period.Step);
        Window?[] current = new Window?[steps], before = new Window?[steps];
        foreach (var bin in bins)
        {
            // Floors, also of what lies before.
            var index = (int)Math.Floor((bin.At - from) / (double)period.Step);
            if (index >= 0 && index < steps) current[index] = bin.Window;
            else if (index < 0 && index >= -steps) before[steps + index] = bin.Window;
        }

        return new TrendSeries
        {
            Period = period.Name,
            Scope = scope.Name,
            At = [.. Enumerable.Range(0, steps).Select(i => from + (i * (long)period.Step))],
            HitRate = Line(current, scope.HitRate, 2),
            Latency = Line(current, Latency, 3),
            Errors = Line(current, scope.ErrorRate, 3),
            Requests = [.. current.Select((bin, i) => bin is null ? (double?)null : Math.Round(scope.Requests(bin) / Length(i), 3))],
            Storage = Line(current, isMedia ? Tier(MeasureNames.DiskSize, MeasureNames.MemorySize) : window => window.Largest(MeasureNames.StoreSize), 0),
            StorageLimit = Line(current, isMedia ? Tier(MeasureNames.DiskLimit, MeasureNames.MemoryLimit) : window => window.Largest(MeasureNames.StoreLimit), 0),
            HitRateBefore = Line(before, scope.HitRate, 2),
            LatencyBefore = Line(before, Latency, 3),
            Marks = marks,
        };

        // The last step is not over: its requests are those of the time that has passed.
        double Length(int step) => step < steps - 1 ? period.Step : Math.Clamp(now + 1 - from - (step * (double)period.Step), HistoryLevel.Fine.Seconds, period.Step);

        double? Latency(Window window) => scope.Whole(window).Percentile(0.95) * 1000;

        // The disk holds the cache where there is one.
        static Func<Window, double?> Tier(string disk, string memory) => window => window.Last(MeasureNames.DiskLimit) > 0 ? window.Last(disk) : window.Last(memory);
    }

    private static double?[] Line(Window?[] bins, Func<Window, double?> measure, int decimals) =>
        [.. bins.Select(bin => bin is null ? null : measure(bin) is { } value ? Math.Round(value, decimals) : (double?)null)];
}
