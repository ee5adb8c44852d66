using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using Sluice.Monitoring.Summary;
using static Sluice.Monitoring.Measures.MeasureText;

namespace Sluice.Monitoring.Checks;

/// <summary>The runbooks: each of their questions, answered with this server's own facts.</summary>
internal static class Diagnoses
{
    private const int Quarter = 900, Hour = 3600, Day = 24 * Hour;

    /// <summary>OPS-04: credentials, key-value store, deployments, rolling back, outages.</summary>
    public static IEnumerable<CheckQuestion> Errors(CheckContext context, IReadOnlyList<Fact> credentials, bool hasUrls)
    {
        var window = context.Last(Quarter);
        yield return new("What fails (last 15 minutes)", [.. context.Rates(window, null), .. window.By(MeasureNames.Errors, "status").Where(one => one.Sum > 0).Select(one => new Fact($"answers {one.Label}", Count(one.Sum), "bad"))]);
        yield return new("Credentials", hasUrls || credentials.Count > 0 ? [.. credentials, Counted("signing failed for want of credentials", window.Sum(MeasureNames.PresignErrors, "category", "credentials")), Counted("refused by the bucket", window.Sum(MeasureNames.PresignErrors, "category", "refused")), Denied(window.Sum(MeasureNames.S3Requests, "status", "401") + window.Sum(MeasureNames.S3Requests, "status", "403"))] : [new("buckets", "none in the configuration", "good")]);
        yield return new("Key-value store", window.Sum(MeasureNames.StoreOperations) == 0
            ? [new("operations", "none in 15 minutes")]
            : [new("operations", Count(window.Sum(MeasureNames.StoreOperations))), .. window.By(MeasureNames.StoreErrorsName, "type").Select(one => Counted($"failed: {one.Label}", one.Sum))]);
        var deployments = context.Store.Records.Marks(context.Now.AddDays(-7).ToUnixTimeSeconds(), context.Now.ToUnixTimeSeconds() + 1).Where(mark => mark.Kind is "start" or "version").ToList();
        var recent = deployments.Where(mark => mark.At > context.Now.ToUnixTimeSeconds() - (2 * Hour)).ToList();
        yield return new("Recent deployments", [new("up", FormattableString.Invariant($"{context.Uptime:d' d 'hh\\:mm\\:ss}, version {context.Options.Version}")), .. deployments.Take(5).Select(mark => new Fact(mark.Kind, FormattableString.Invariant($"{DateTimeOffset.FromUnixTimeSeconds(mark.At).UtcDateTime:MM-dd HH:mm} {mark.Text}"), recent.Contains(mark) && mark.Kind == "version" ? "warning" : ""))]);
        yield return new("Rolling back", [new("advice", recent.Exists(mark => mark.Kind == "version") ? "a new version started within two hours: start the one before it on the same cache directory; nothing is lost" : "no new version within two hours: rolling back is unlikely to help", recent.Exists(mark => mark.Kind == "version") ? "warning" : "")]);
        yield return new("Origins and outages", [.. SummaryBuilder.Origins(window, context.Last(60)).Select(origin => new Fact(origin.Name, $"{origin.State}, {origin.Requests} requests, {origin.Failures} failed, P95 {origin.P95}", origin.Tone)).DefaultIfEmpty(new Fact("origins", "none was asked in 15 minutes")),
            .. window.By(MeasureNames.OriginRequests, "result").Where(one => one.Sum > 0 && one.Label is not ("" or "2xx" or "3xx")).Select(one => new Fact(one.Label is "1xx" or "4xx" or "5xx" ? $"answers {one.Label}" : $"requests {one.Label}", Count(one.Sum), OriginCount.IsFailure(one.Label) ? "bad" : ""))]);
    }

    /// <summary>OPS-05: hits and misses, traffic, keys, warming, expiry.</summary>
    public static IEnumerable<CheckQuestion> Cache(CheckContext context)
    {
        var (window, before) = (context.Last(Hour), context.Before(Hour));
        yield return new("Hits and misses (last hour)", [.. context.Rates(window, before), .. window.By(MeasureNames.Requests, MeasureNames.Outcome).Where(one => one.Sum > 0).Select(one => new Fact(one.Label, Count(one.Sum)))]);
        var (now, then) = (MeasureScopes.Media.Requests(window), MeasureScopes.Media.Requests(context.Last(Day)) / Math.Clamp(context.Watched.TotalHours, 1, 24));
        yield return new("Change of traffic", [new("requests in the last hour", Count(now)), new("mean of an hour in the last day", Count(then), now > 2 * then && now > 1000 ? "warning" : "")]);
        var (misses, objects) = (window.Sum(MeasureNames.Requests, MeasureNames.Outcome, "miss"), context.Last(60).Last(MeasureNames.Objects) ?? 0);
        var rate = MeasureScopes.Media.HitRate(window);
        var isLow = rate < context.Options.Thresholds.HitPercent && MeasureScopes.Media.Lookups(window) >= context.Options.Thresholds.MinimumRequests;
        yield return new("Keys", [new("objects held", Count(objects)), new("misses in the last hour", Count(misses)),
            new("advice", misses == 0 ? "no request missed" : misses > objects && misses > 1000 ? "more misses than objects: keys may differ in something that does not matter, such as a random query parameter; compare two requests with sluice explain"
                // Where each request has a key of its own, each miss leaves an object: there are as many, and that is no comfort.
                : isLow ? "few hits, and about each miss brought an object: so it is while a cache fills, and where much is asked for once only; but so it is, too, where keys differ in something that does not matter, such as a random query parameter: look at the newest lines of the access log, and compare two requests with sluice explain"
                : "misses are not more than objects: keys look sound", (misses > objects && misses > 1000) || isLow ? "warning" : "good")]);
        yield return new("Warming", [new("hit rate", Percent(rate, 1)), new("advice", rate is null ? "nothing was asked for in the last hour" : rate < context.Options.Thresholds.HitPercent ? context.Uptime < TimeSpan.FromHours(1) ? "the server started within the hour and is still filling; request the hottest paths once to warm it" : "low: see what other sizes would bring with sluice simulate --live, and sign URLs ahead with POST /v1/presign/warm" : "not needed")]);
        yield return new("Expiry", [Counted("expired URLs found in an hour", window.Sum(MeasureNames.PresignExpirations)), new("refreshes", Percent(MeasureScopes.Urls.RefreshRate(window), 1)), new("confirmed or refreshed at origins", Percent(MeasureScopes.Media.RefreshRate(window), 1)),
            new("evicted from memory, disk", $"{Count(window.Sum(MeasureNames.MemoryEvictions))} chunks, {Count(window.Sum(MeasureNames.DiskEvictions))} objects")]);
    }

    /// <summary>OPS-06: where time goes, throttling, processor, concurrency, scaling.</summary>
    public static IEnumerable<CheckQuestion> Latency(CheckContext context)
    {
        var window = context.Last(Quarter);
        yield return new("Where the time goes (last 15 minutes)", [
            Time(context, "media, hits", window.Histogram(MeasureNames.Duration, "path", "fast")), Time(context, "media, what had to wait", window.Histogram(MeasureNames.Duration, "path", "full")), Time(context, "origins, first byte", window.Histogram(MeasureNames.OriginFirstByte)),
            Time(context, "URL generation", window.Histogram(MeasureNames.PresignGeneration)), Time(context, "URLs from the cache", window.Histogram(MeasureNames.PresignDuration, "result", "hit")), Time(context, "URLs from end to end", window.Histogram(MeasureNames.PresignDuration))]);
        yield return new("Throttling", [Counted("refused by the key-value store", MeasureScopes.RateLimited(window)), Counted("S3 answered 503 (slow down)", window.Sum(MeasureNames.S3Requests, "status", "503")), new("signatures", PerMinute(window.Sum(MeasureNames.PresignSignatures) / 15))]);
        // Since the history began, and not since the start: what was done before a restart is in these minutes too.
        var watched = Math.Max(10, context.Watched.TotalSeconds);
        var cpu = context.Last(300).Sum(MeasureNames.Cpu) / Math.Min(300, watched) / Environment.ProcessorCount * 100;
        yield return new("Processor and memory", [new("processor, 5 minutes", FormattableString.Invariant($"{cpu:0.0}% of {Environment.ProcessorCount}"), cpu > 85 ? "bad" : cpu > 60 ? "warning" : "good"), new("memory in use", Bytes(context.Last(60).Last(MeasureNames.Resident)))]);
        yield return new("Concurrency", [new("fetches under way", Count(context.Last(60).Last(MeasureNames.Fills))), new("requests", PerSecond(window.Sum(MeasureNames.Requests) / Math.Min(Quarter, watched))), new("coalesced", Count(window.Sum(MeasureNames.Requests, MeasureNames.Outcome, "coalesced")))]);
        var (text, tone) = Scaling(context, cpu, window.Histogram(MeasureNames.OriginFirstByte), window.Histogram(MeasureNames.Duration));
        yield return new("Scaling", [new("advice", text, tone)]);
    }

    private static (string Text, string Tone) Scaling(CheckContext context, double cpu, Histogram origins, Histogram whole)
    {
        var limits = context.Options.Thresholds;
        return cpu > 85 ? ("the processors are busy: add processors, or a second server behind the same name", "warning")
            : whole.Count == 0 ? ("nothing was measured in 15 minutes", "")
            : IsSlow(origins) ? ("the origins are slow, not this server: raise the hit rate (sluice diagnose cache) or bring the origin nearer", "warning")
            : IsSlow(whole) ? ("neither processors nor origins explain it: look at the disk (iostat -x 1) and at the network", "warning")
            : whole.Count < limits.MinimumRequests ? ("too few requests in 15 minutes to judge by", "") : ("not needed: latency is within its limits", "good");

        bool IsSlow(Histogram times) => times.Count >= limits.MinimumRequests && times.Percentile(0.95) > limits.Latency.TotalSeconds;
    }

    private static Fact Counted(string label, double count) => new(label, MeasureText.Count(count), count > 0 ? "bad" : "good");

    // A signature can be made by keys that the bucket does not know. Buckets that may not be listed answer 403 for what is not there, so it is no proof.
    private static Fact Denied(double count) => new("S3 answered 401 or 403", count == 0 ? "0" : $"{MeasureText.Count(count)}: unknown keys, missing rights, or objects that are not there; the log says which", count > 0 ? "warning" : "good");

    // Of a few requests, the first of a quiet morning among them, a percentile says nothing.
    private static Fact Time(CheckContext context, string label, Histogram times) => new(label, times.Count == 0 ? "not measured" : $"Avg {Milliseconds(times.Average)}, P95 {Milliseconds(times.Percentile(0.95))}, P99 {Milliseconds(times.Percentile(0.99))}", times.Count >= context.Options.Thresholds.MinimumRequests && times.Percentile(0.95) > context.Options.Thresholds.Latency.TotalSeconds ? "bad" : "");
}
