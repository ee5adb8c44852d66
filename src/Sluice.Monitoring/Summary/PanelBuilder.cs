using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using static Sluice.Monitoring.Measures.MeasureText;

namespace Sluice.Monitoring.Summary;

/// <summary>Makes the four panels from a period, the one before it, and the last minute.</summary>
internal sealed class PanelBuilder(AlertThresholds thresholds, Window period, Window before, Window minute, double minuteSeconds = 60)
{
    public PanelSet Media()
    {
        var scope = MeasureScopes.Media;
        return new PanelSet
        {
            Name = scope.Name,
            Cache = [HitRate(scope), Refreshes(scope)],
            Errors = [Errors("Requests", scope.ErrorRate), Errors("Origin", scope.BackingErrorRate)],
            Latency = [Time("Origin, first byte", scope.Inner(period)), Time("End-to-End", scope.Whole(period))],
            Resources =
            [
                Use("Memory", minute.Last(MeasureNames.MemorySize), minute.Last(MeasureNames.MemoryLimit)),
                Use("Disk", minute.Last(MeasureNames.DiskSize), minute.Last(MeasureNames.DiskLimit)),
                new("Origin Requests", PerMinute(minute.Sum(MeasureNames.OriginRequests) * 60 / Math.Max(60, minuteSeconds))),
                new("Objects", Count(minute.Last(MeasureNames.Objects))),
            ],
        };
    }

    public PanelSet Urls()
    {
        var scope = MeasureScopes.Urls;
        var (size, limit) = (minute.Largest(MeasureNames.StoreSize), minute.Largest(MeasureNames.StoreLimit));
        var limited = MeasureScopes.RateLimited(period);
        return new PanelSet
        {
            Name = scope.Name,
            Cache = [HitRate(scope), Refreshes(scope)],
            Errors = [Errors("URL Generation", scope.ErrorRate), Errors("KV Operations", scope.BackingErrorRate)],
            Latency = [Time("URL Generation", scope.Inner(period)), Time("End-to-End", scope.Whole(period))],
            Resources =
            [
                new("KV Storage", Bytes(size), Tone(100 * size / limit, thresholds.StoragePercent, thresholds.StorageCriticalPercent)),
                new("KV Rate Limit", $"{Count(limited)} hits", limited >= thresholds.RateLimits ? "bad" : "good"),
                new("AWS Calls", PerMinute(minute.Sum(MeasureNames.PresignSignatures) * 60 / Math.Max(60, minuteSeconds))),
                new("Active Keys", Count(minute.Last(MeasureNames.PresignEntries))),
            ],
        };
    }

    private Gauge HitRate(MeasureScope scope)
    {
        var (value, delta) = Compare(scope.HitRate);
        var tone = value is not { } rate ? "" : rate >= thresholds.HitPercent ? "good" : "warning";
        return new("Hit Rate", value, Percent(value, 1), Bar(value, 100), tone) { Delta = delta, DeltaText = Delta(delta, 1), DeltaTone = Better(delta, 1) };
    }

    private Gauge Refreshes(MeasureScope scope)
    {
        var (value, delta) = Compare(scope.RefreshRate);
        var tone = value is not { } rate ? "" : rate > thresholds.RefreshPercent ? "warning" : "good";
        return new("Refresh Rate", value, Percent(value, 1), Bar(value, thresholds.RefreshPercent), tone) { Delta = delta, DeltaText = Delta(delta, 1), DeltaTone = Better(-delta, 1) };
    }

    private Gauge Errors(string label, Func<Window, double?> rate)
    {
        var (value, delta) = Compare(rate);
        return new(label, value, Percent(value, 2), Bar(value, thresholds.ErrorPercent), Tone(value, thresholds.ErrorPercent / 10, thresholds.ErrorPercent)) { Delta = delta, DeltaText = Delta(delta, 2), DeltaTone = Better(-delta, 2) };
    }

    private Latency Time(string label, Histogram times)
    {
        var (average, p95, p99) = (times.Average, times.Percentile(0.95), times.Percentile(0.99));
        var tone = p95 is not { } high ? "" : high > thresholds.Latency.TotalSeconds ? "bad" : "good";
        return new(label, Milliseconds(average), Milliseconds(average), Milliseconds(p95), Milliseconds(p99), tone) { AverageSeconds = average, P95Seconds = p95, P99Seconds = p99 };
    }

    private static Fact Use(string label, double? size, double? limit) =>
        limit is not > 0 ? new(label, "off") : new(label, $"{Bytes(size)} of {Bytes(limit)}");

    private (double? Value, double? Delta) Compare(Func<Window, double?> measure)
    {
        var value = measure(period);
        return (value, value - measure(before));
    }

    private static string Tone(double? value, double warning, double bad) => value is not { } number ? "" : number > bad ? "bad" : number > warning ? "warning" : "good";

    private static string Better(double? gain, int decimals) => gain is not { } number || Math.Round(number, decimals) == 0 ? "" : number > 0 ? "good" : "bad";
}
