using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Summary;

/// <summary>Makes the lines of the trend panel.</summary>
internal sealed class TrendBuilder(HistoryStore store, HistoryReader reader)
{
    private static readonly SeriesFilter Wanted = new(
        MeasureNames.Requests, MeasureNames.Errors, MeasureNames.Duration, MeasureNames.PresignHits, MeasureNames.PresignMisses, MeasureNames.PresignDirect, MeasureNames.PresignErrors,
        MeasureNames.PresignSignatures, MeasureNames.PresignDuration);

    public TrendSeries Build(Period period, string scope, long now) => reader.Keep($"trend {period.Name} {scope}", () => Make(period, MeasureScopes.All.First(one => one.Name == scope), now));

    private TrendSeries Make(Period period, MeasureScope scope, long now)
    {
        var from = period.From(now);
        var steps = (int)((now - from) / period.Step) + 1;
        var (bins, before) = (Bins(from, now + 1), Bins(from - period.Seconds, from));
        long[] at = [.. Enumerable.Range(0, steps).Select(i => from + (i * (long)period.Step))];
        return new TrendSeries
        {
            Period = period.Name,
            Scope = scope.Name,
            At = at,
            HitRate = Line(bins, scope.HitRate, 2),
            Latency = Line(bins, Latency, 3),
            Errors = Line(bins, scope.ErrorRate, 3),
            Requests = Line(bins, window => scope.Requests(window) / period.Step, 3),
            HitRateBefore = Line(before, scope.HitRate, 2),
            LatencyBefore = Line(before, Latency, 3),
            Marks = [.. store.Records.Marks(from, now + 1).Select(mark => new Mark(mark.At, mark.Kind, mark.Text))],
        };

        double? Latency(Window window) => scope.Whole(window).Percentile(0.95) * 1000;

        Window?[] Bins(long start, long end)
        {
            var found = new Window?[steps];
            foreach (var bin in store.Read(period.Level, start, end, period.Step, Wanted))
                if ((bin.At - start) / period.Step is var index && index < steps) found[index] = bin.Window;
            return found;
        }
    }

    private static double?[] Line(Window?[] bins, Func<Window, double?> measure, int decimals) =>
        [.. bins.Select(bin => bin is null ? null : measure(bin) is { } value ? Math.Round(value, decimals) : (double?)null)];
}
