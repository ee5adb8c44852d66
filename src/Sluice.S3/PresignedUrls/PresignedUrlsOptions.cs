using Sluice.Core.Telemetry;
using Sluice.S3.Objects;

namespace Sluice.S3.PresignedUrls;

/// <summary>How presigned URLs are made and kept.</summary>
public sealed record PresignedUrlsOptions
{
    /// <summary>How long a URL is valid, from the moment it is signed for (row CFG-01). Default 1 hour; whole seconds, 1 second to 7 days.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Share of the cache lifetime that is left when a refresh begins in the background (row CFG-02, decision D01). Default 0.1; 0 to below 1.</summary>
    public double RefreshThreshold { get; init; } = 0.1;

    /// <summary>How long before the end of its use a URL is refreshed in the background, as a time instead of a share. Default null: <see cref="RefreshThreshold"/> decides. It ends with the URL's use, 54 minutes after signing by default, not with its validity (decision D01).</summary>
    public TimeSpan? RefreshBefore { get; init; }

    /// <summary>Share of the validity for which a URL is handed out (rows CFG-03, TTL-06). Default 0.9: a URL valid for an hour is handed out for 54 minutes. Above 0, at most 1.</summary>
    public double CacheBufferFactor { get; init; } = 0.9;

    /// <summary>Validity that every URL handed out still has, where the credential lasts that long. Default null: what <see cref="CacheBufferFactor"/> leaves, 6 minutes of an hour.</summary>
    public TimeSpan? MinimumRemaining { get; init; }

    /// <summary>True (default): the signing time is rounded down to a period that begins at another moment for each key, so that processes that share nothing hand out the same URL and browsers can cache it.
    /// False: each URL is signed for the moment it is first asked for.</summary>
    public bool Stable { get; init; } = true;

    /// <summary>Share of paths, chosen by a hash of the path, that use the cache; the others sign anew each time (row PRE-15). Default 1; 0 to 1.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Longest validity that often used paths may reach (row TTL-11): it doubles for a path with 100 hits in one lifetime, and halves again below 10. Default null: every path has <see cref="Expires"/>.</summary>
    public TimeSpan? AdaptiveMaximum { get; init; }

    /// <summary>How many URLs are held in memory; beyond it the least used leave. Default 1,000,000, about 350 MB when full.</summary>
    public int MaximumEntries { get; init; } = 1_000_000;

    /// <summary>How many of them are held as ready text; the others are put together again from their signature, in a microsecond. Default 65,536, about 60 MB.</summary>
    public int ReadyUrls { get; init; } = 65_536;

    /// <summary>How long the store may take to answer; after that, or a failure, URLs are signed without it and it is left alone for five seconds. Default 50 ms.</summary>
    public TimeSpan StoreTimeout { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Where a record of every request goes, for systems that want each of them (rows MTR-30 to MTR-33). Default null: none are made, since each costs more than the hit it tells of. Not disposed.</summary>
    public MetricRecords? Records { get; init; }

    /// <summary>True: a URL for reading is tried on the server before it is first handed out (row U076). Default false: that costs a request for each URL, and stable URLs are then not signed ahead.</summary>
    public bool VerifyBeforeUse { get; init; }

    /// <summary>First part of the keys in the store: "remote" (default), "fallback", or the name of an origin (rows KEY-05, MET-07, decision D03).</summary>
    public string StorageType { get; init; } = "remote";

    /// <summary>Replicas of the bucket by region name (row PRE-17): each has its own URLs under its own keys. Default none.</summary>
    public IReadOnlyDictionary<string, S3OriginOptions> Regions { get; init; } = new Dictionary<string, S3OriginOptions>();

    /// <summary>Everything that is wrong with these options, one line each; empty when they will do.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (PresignOptions.LifetimeError(Expires) is { } wrong) errors.Add(wrong);
        if (!(RefreshThreshold is >= 0 and < 1)) errors.Add("RefreshThreshold is a share: 0 to below 1.");
        if (RefreshBefore is { } before && (before < TimeSpan.Zero || before >= Expires * CacheBufferFactor)) errors.Add("RefreshBefore must be less than the time a URL is handed out: Expires times CacheBufferFactor.");
        if (!(CacheBufferFactor is > 0 and <= 1)) errors.Add("CacheBufferFactor is a share: above 0, at most 1.");
        if (!(Share is >= 0 and <= 1)) errors.Add("Share is a share: 0 to 1.");
        if (MinimumRemaining is { } least && (least < TimeSpan.Zero || least >= Expires)) errors.Add("MinimumRemaining must be less than Expires.");
        if (AdaptiveMaximum is { } longest && (longest < Expires || PresignOptions.LifetimeError(longest) is not null)) errors.Add("AdaptiveMaximum is whole seconds, from Expires to 7 days.");
        if (MaximumEntries < 1) errors.Add("MaximumEntries must be at least 1.");
        if (ReadyUrls < 1) errors.Add("ReadyUrls must be at least 1.");
        if (StoreTimeout <= TimeSpan.Zero || StoreTimeout > TimeSpan.FromMinutes(1)) errors.Add("StoreTimeout must be more than nothing and at most a minute.");
        if (string.IsNullOrEmpty(StorageType)) errors.Add("StorageType must not be empty.");
        foreach (var (region, bucket) in Regions)
            foreach (var error in bucket.Errors()) errors.Add($"Region {region}: {error}");
        return errors;
    }
}
