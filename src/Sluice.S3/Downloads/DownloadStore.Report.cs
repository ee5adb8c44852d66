using System.Globalization;

namespace Sluice.S3.Downloads;

internal sealed partial class DownloadStore
{
    /// <summary>Reads the history of calls and replays it at half, once, twice and four times the size.</summary>
    public S3DownloadReport Report()
    {
        var calls = Index.Query("SELECT key, size, at FROM accesses ORDER BY at", row => (Key: row.GetString(0), Size: row.GetInt64(1), At: row.GetInt64(2)));
        var files = calls.GroupBy(call => call.Key).Select(group => (Count: group.Count(), group.Last().Size)).ToList();
        var hours = new int[24];
        foreach (var call in calls) hours[new DateTime(call.At, DateTimeKind.Utc).Hour]++;
        var sizes = ((double[])[0.5, 1, 2, 4]).Select(factor =>
        {
            var (bytes, entries) = ((long)(options.MaximumBytes * factor), (int)Math.Min(int.MaxValue, Math.Max(1, options.MaximumEntries * factor)));
            var replay = new DownloadReplay(bytes, entries, options.TimeToLive);
            foreach (var (key, size, at) in calls) replay.Use(key, size, at);
            return new S3DownloadSizing(factor, bytes, entries, calls.Count == 0 ? 0 : (double)replay.Hits / calls.Count, replay.FetchedBytes);
        }).ToList();
        return new()
        {
            Calls = calls.Count, Since = calls.Count == 0 ? null : new(calls[0].At, TimeSpan.Zero), Files = files.Count, FileBytes = files.Sum(file => file.Size),
            AskedOnce = files.Count(file => file.Count == 1), Sizes = sizes, CallsByHour = hours, Advice = Advise(calls.Count, sizes),
        };
    }

    // A twentieth of the calls is what is worth somebody's attention.
    private static string Advise(int calls, List<S3DownloadSizing> sizes)
    {
        var (half, now) = (sizes[0], sizes[1]);
        var best = sizes.Skip(2).FirstOrDefault(size => size.HitRate >= sizes[^1].HitRate - 0.01) ?? sizes[^1];
        if (calls < 20) return "There are too few calls yet to advise on.";
        if (best.HitRate - now.HitRate >= 0.05)
            return string.Create(CultureInfo.InvariantCulture, $"Raise CACHE_MAX_SIZE_MB to {best.MaximumBytes >> 20} and CACHE_MAX_ENTRIES to {best.MaximumEntries}: {best.HitRate:P0} of these calls would have been hits instead of {now.HitRate:P0}, with {(now.FetchedBytes - best.FetchedBytes) >> 20} MiB less to fetch.");
        if (now.HitRate - half.HitRate < 0.01 && now.HitRate > 0)
            return "Half the size would do as well: these calls use only part of the cache.";
        return now.HitRate < 0.05 ? "Hardly any file is asked for twice: a larger cache would not help, a longer CACHE_TTL_HOURS perhaps." : "The size fits these calls.";
    }
}
