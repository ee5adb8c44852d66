using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using static Sluice.Monitoring.Measures.MeasureText;

namespace Sluice.Monitoring.Reports;

/// <summary>What access patterns suggest (rows REP-04, S3D-35). Each sentence says what was seen, and what to try.</summary>
internal static class ReportAdvice
{
    public static IEnumerable<string> Find(Window window, MonitoringOptions options)
    {
        var (media, urls, least) = (MeasureScopes.Media, MeasureScopes.Urls, options.Thresholds.MinimumRequests);
        var (misses, evictedChunks, evictedObjects) = (window.Sum(MeasureNames.Requests, MeasureNames.Outcome, "miss"), window.Sum(MeasureNames.MemoryEvictions), window.Sum(MeasureNames.DiskEvictions));
        if (media.Lookups(window) >= least)
        {
            var disk = window.Sum(MeasureNames.TierRequests, "tier", "disk");
            if (evictedObjects > misses / 10 && misses > least)
                yield return $"{Count(evictedObjects)} objects were evicted from disk while {Count(misses)} requests missed: a larger disk tier (cache.disk) may raise the hit rate. What it would bring: sluice simulate --live";
            if (evictedChunks > 0 && disk > 0.2 * MeasureScopes.Served(window))
                yield return $"{Percent(MeasureScopes.Percent(disk, MeasureScopes.Served(window)), 0)} of hits came from disk and memory evicted {Count(evictedChunks)} chunks: more memory (cache.memory) would serve them faster.";
            if (media.RefreshRate(window) > options.Thresholds.RefreshPercent)
                yield return $"{Percent(media.RefreshRate(window), 1)} of hits were confirmed or refreshed at the origin: longer lifetimes for what does not change (routes[].ttl) would spare those requests.";
            if (MeasureScopes.Percent(window.Sum(MeasureNames.Requests, MeasureNames.Outcome, "bypass"), media.Requests(window)) > 20)
                yield return "More than a fifth of the requests went past the cache: find out which with an access log (logging.accessLog) and sluice explain.";
        }

        if (media.Lookups(window) >= least && media.HitRate(window) < options.Thresholds.HitPercent)
            yield return $"The hit rate is {Percent(media.HitRate(window), 1)}: why single requests miss is told by sluice explain; what other sizes and policies would bring, by sluice simulate --live.";
        if (urls.Lookups(window) >= least && urls.HitRate(window) < 90)
            yield return $"{Percent(urls.HitRate(window), 1)} of presigned URLs came from the cache (target 90%): a longer validity (presign.expiresInSeconds) lets each be used more often; POST /v1/presign/warm signs ahead.";
        if (window.Sum(MeasureNames.DiskDamaged) > 0)
            yield return $"{Count(window.Sum(MeasureNames.DiskDamaged))} chunks on disk had a wrong checksum. They were fetched again; check the disk (smartctl -a).";
        if (window.Sum(MeasureNames.DiskRefused) > 0)
            yield return $"{Count(window.Sum(MeasureNames.DiskRefused))} chunks found no room on disk: check the free space of the file system (cache.minimumFree).";
    }
}
