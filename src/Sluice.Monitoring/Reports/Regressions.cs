using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using static Sluice.Monitoring.Measures.MeasureText;

namespace Sluice.Monitoring.Reports;

/// <summary>What got worse against the same length of time before (row TRD-05).</summary>
internal static class Regressions
{
    /// <summary>Sentences, the gravest kinds first. Less is noise: two points of hit rate, a quarter of latency and at least a millisecond, a tenth of a percent of errors and twice as many.</summary>
    public static IEnumerable<string> Find(Window now, Window before, int minimumRequests)
    {
        foreach (var scope in MeasureScopes.All)
        {
            if (scope.Requests(now) < minimumRequests || scope.Requests(before) < minimumRequests) continue;
            var title = scope.Name == "media" ? "Media" : "Presigned URLs";
            if (scope.ErrorRate(now) is { } errors && scope.ErrorRate(before) is { } errorsBefore && errors > errorsBefore + 0.1 && errors > 2 * errorsBefore)
                yield return $"{title}: errors rose from {Percent(errorsBefore, 2)} to {Percent(errors, 2)}.";
            if (scope.Whole(now).Percentile(0.95) is { } p95 && scope.Whole(before).Percentile(0.95) is { } p95Before && p95 > p95Before * 1.25 && p95 > p95Before + 0.001)
                yield return $"{title}: the 95th percentile of latency rose from {Milliseconds(p95Before)} to {Milliseconds(p95)}.";
            if (scope.HitRate(now) is { } hits && scope.HitRate(before) is { } hitsBefore && hits < hitsBefore - 2)
                yield return $"{title}: the hit rate fell from {Percent(hitsBefore, 1)} to {Percent(hits, 1)}.";
        }
    }
}
