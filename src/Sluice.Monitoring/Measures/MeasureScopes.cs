using Sluice.Monitoring.History;
using static Sluice.Monitoring.Measures.MeasureNames;

namespace Sluice.Monitoring.Measures;

/// <summary>The formulas of rows MTR-01 to MTR-21, over any stretch of the history.</summary>
internal static class MeasureScopes
{
    /// <summary>What the edge does.</summary>
    public static readonly MeasureScope Media = new()
    {
        Name = "media",
        HitRate = w => Percent(Served(w), Served(w) + w.Sum(Requests, Outcome, "miss")),
        RefreshRate = w => Percent(w.Sum(Requests, Outcome, "stale") + w.Sum(Requests, Outcome, "revalidated"), Served(w)),
        ErrorRate = w => Percent(w.Sum(Errors), w.Sum(Requests)),
        BackingErrorRate = w => Percent(OriginFailures(w), w.Sum(OriginRequests)),
        Inner = w => w.Histogram(OriginFirstByte),
        Whole = w => w.Histogram(Duration),
        Lookups = w => Served(w) + w.Sum(Requests, Outcome, "miss"),
        Requests = w => w.Sum(Requests),
        Errors = w => w.Sum(Errors),
    };

    /// <summary>Presigned URLs.</summary>
    public static readonly MeasureScope Urls = new()
    {
        Name = "urls",
        HitRate = w => Percent(w.Sum(PresignHits), w.Sum(PresignHits) + w.Sum(PresignMisses)),
        RefreshRate = w => Percent(w.Sum(PresignRefreshes), w.Sum(PresignHits)),
        ErrorRate = w => Percent(SigningErrors(w), w.Sum(PresignSignatures) + SigningErrors(w)),
        BackingErrorRate = w => Percent(StoreErrors(w), w.Sum(StoreOperations)),
        Inner = w => w.Histogram(PresignGeneration),
        Whole = w => w.Histogram(PresignDuration),
        Lookups = w => w.Sum(PresignHits) + w.Sum(PresignMisses),
        Requests = w => w.Sum(PresignHits) + w.Sum(PresignMisses) + w.Sum(PresignDirect),
        Errors = SigningErrors,
    };

    /// <summary>Both.</summary>
    public static readonly IReadOnlyList<MeasureScope> All = [Media, Urls];

    /// <summary>Every instrument that a measure needs; readers leave the others.</summary>
    public static readonly SeriesFilter Wanted = new(
        Requests, Sent, TierRequests, TierSent, Errors, Duration, OriginRequests, OriginReceived, OriginFirstByte, PresignHits, PresignMisses, PresignDirect, PresignRefreshes, PresignSignatures,
        PresignExpirations, PresignFallbacks, PresignErrors, StoreOperations, StoreErrorsName, PresignGeneration, PresignDuration, StoreSize, StoreLimit, PresignEntries, PresignSize, StoreEntries,
        MemorySize, MemoryLimit, MemoryEvictions, DiskSize, DiskLimit, DiskAway, DiskEvictions, Objects, Fills, Resident, Cpu, Circuit, DiskDamaged, DiskRefused, S3Requests, RedisConnected, CertificateRemaining,
        WhatIfRequests, WhatIfSent, WhatIfHits, WhatIfHitSent, WhatIfSize, WhatIfShare);

    /// <summary>Requests answered without waiting for the origin's bytes.</summary>
    public static double Served(Window w) => w.Sum(Requests, Outcome, "hit") + w.Sum(Requests, Outcome, "stale") + w.Sum(Requests, Outcome, "revalidated") + w.Sum(Requests, Outcome, "coalesced");

    /// <summary>Requests to origins that brought no answer, or one of status 500 and above.</summary>
    public static double OriginFailures(Window w) => w.By(OriginRequests, "result").Where(one => OriginCount.IsFailure(one.Label)).Sum(one => one.Sum);

    /// <summary>Failures to sign (row MTR-09).</summary>
    public static double SigningErrors(Window w) => w.Sum(PresignErrors, "category", "credentials") + w.Sum(PresignErrors, "category", "refresh");

    /// <summary>Operations of the key-value store that failed (row MTR-13).</summary>
    public static double StoreErrors(Window w) => w.Sum(StoreErrorsName, "type", "timeout") + w.Sum(StoreErrorsName, "type", "busy") + w.Sum(StoreErrorsName, "type", "failed");

    /// <summary>Refusals of the key-value store for too many requests (row MTR-19).</summary>
    public static double RateLimited(Window w) => w.Sum(StoreErrorsName, "type", "busy");

    /// <summary>Bytes that clients took of what the cache is for.</summary>
    public static double Answered(Window w) => w.Sum(Sent) - w.Sum(Sent, Outcome, "bypass") - w.Sum(Sent, Outcome, "refused");

    /// <summary>Bytes that the cache sent and no origin had to. What went past the cache is in both, and falls out.</summary>
    public static double SavedBytes(Window w) => Math.Max(0, w.Sum(Sent) - w.Sum(OriginReceived));

    /// <summary>Requests that the cache answered and no origin had to.</summary>
    public static double SavedRequests(Window w) => Math.Max(0, Served(w) - w.Sum(Requests, Outcome, "revalidated"));

    /// <summary>Part of a whole in percent; null when the whole is nothing.</summary>
    public static double? Percent(double part, double whole) => whole <= 0 ? null : 100 * part / whole;
}
