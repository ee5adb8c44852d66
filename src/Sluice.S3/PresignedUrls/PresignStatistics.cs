namespace Sluice.S3.PresignedUrls;

/// <summary>Counts since start, and the rates made from them. A rate is in percent, and null before there is anything to divide.</summary>
public sealed record PresignStatistics
{
    /// <summary>URLs handed out from the cache, those that waited for another's signature included.</summary>
    public long Hits { get; init; }

    /// <summary>URLs that had to be signed.</summary>
    public long Misses { get; init; }

    /// <summary>URLs signed without the cache because their path is outside the rollout.</summary>
    public long Direct { get; init; }

    /// <summary>Refreshes begun.</summary>
    public long Refreshes { get; init; }

    /// <summary>Signatures computed.</summary>
    public long Signatures { get; init; }

    /// <summary>Failures to sign.</summary>
    public long Errors { get; init; }

    /// <summary>Expired URLs found, none handed out.</summary>
    public long Expirations { get; init; }

    /// <summary>URLs signed directly because the store did not answer.</summary>
    public long Fallbacks { get; init; }

    /// <summary>Reads and writes of the store.</summary>
    public long StoreOperations { get; init; }

    /// <summary>Those that failed.</summary>
    public long StoreErrors { get; init; }

    /// <summary>URLs held in memory.</summary>
    public long Entries { get; init; }

    /// <summary>Times of signatures (row MTR-01); null before the first.</summary>
    public PresignTiming? Generation { get; init; }

    /// <summary>Times to hand a URL out, from memory, store or signed (row MTR-07), in this process; null before the first. One hit in 16 is timed and stands for all of them.</summary>
    public PresignTiming? Duration { get; init; }

    /// <summary>hits / (hits + misses) (row MTR-03).</summary>
    public double? HitRate => Percent(Hits, Hits + Misses);

    /// <summary>refreshes / hits (row MTR-05).</summary>
    public double? RefreshRate => Percent(Refreshes, Hits);

    /// <summary>errors / (signatures + errors) (row MTR-09).</summary>
    public double? ErrorRate => Percent(Errors, Signatures + Errors);

    /// <summary>fallbacks / requests (row MTR-11).</summary>
    public double? FallbackRate => Percent(Fallbacks, Hits + Misses + Direct);

    /// <summary>Store operations that succeeded (row MTR-13).</summary>
    public double? StoreSuccessRate => Percent(StoreOperations - StoreErrors, StoreOperations);

    internal static PresignStatistics Of(PresignCounters counters, long entries) => new()
    {
        Hits = counters[PresignCount.Hits],
        Misses = counters[PresignCount.Misses],
        Direct = counters[PresignCount.Direct],
        Refreshes = counters[PresignCount.Refreshes],
        Signatures = counters[PresignCount.Signatures],
        Errors = counters[PresignCount.CredentialErrors] + counters[PresignCount.RefreshErrors],
        Expirations = counters[PresignCount.Expirations],
        Fallbacks = counters[PresignCount.Fallbacks],
        StoreOperations = counters[PresignCount.StoreReads] + counters[PresignCount.StoreWrites],
        StoreErrors = counters.StoreErrors,
        Entries = entries,
        Generation = counters.Generation.Read(),
        Duration = counters.Duration.Read(),
    };

    private static double? Percent(long part, long whole) => whole == 0 ? null : 100.0 * part / whole;
}
