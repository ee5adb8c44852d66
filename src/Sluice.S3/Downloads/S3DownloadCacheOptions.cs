using Amazon.Runtime;

namespace Sluice.S3.Downloads;

/// <summary>Where downloads are kept, how many, and for how long.</summary>
public sealed partial record S3DownloadCacheOptions
{
    /// <summary>False: every call fetches, into a folder for temporary files. Default true (row S3D-07).</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The cache directory; several processes may share it. "~/" is the home folder, as for the program. Default ~/.sluice/cache (decision D17).</summary>
    public string Directory { get; init => field = value?.StartsWith("~/", StringComparison.Ordinal) == true ? Path.Combine(Home, value[2..]) : value!; } = DefaultDirectory;

    /// <summary>Bound on the bytes of all files, those being fetched included; reserved before they are written. Default 500 MiB (row S3D-04).</summary>
    public long MaximumBytes { get; init; } = 500L << 20;

    /// <summary>Bound on the number of files. Default 200 (row S3D-05).</summary>
    public int MaximumEntries { get; init; } = 200;

    /// <summary>How long a file may be used from when it was fetched. Default 24 hours (row S3D-06).</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a file whose path was handed out is not evicted, by this process or any other. Default 10 minutes; zero for not at all. A stream or a copy needs none.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Requests of one download at a time. Default 12; 1 to 64.</summary>
    public int Parallelism { get; init; } = 12;

    /// <summary>Bytes of one request of a large download. Default 8 MiB; 64 KiB to 1 GiB.</summary>
    public int PartBytes { get; init; } = 8 << 20;

    /// <summary>How many files that come next in a sequence (seg_001, seg_002, …) are fetched ahead once two of them were asked for in order. Default 0: none.</summary>
    public int PrefetchCount { get; init; }

    /// <summary>Bytes that fetching ahead may bring beyond what was used of it, in this process. Default 64 MiB.</summary>
    public long PrefetchBytes { get; init; } = 64L << 20;

    /// <summary>Keep files compressed where that saves a fifth or more; they are unpacked when handed out. Default false: a hit is the file itself.</summary>
    public bool Compress { get; init; }

    /// <summary>Bytes of the largest file that is shared with other machines (<see cref="S3DownloadCache.Others"/>). Default 64 MiB.</summary>
    public long SharedFileBytes { get; init; } = 64L << 20;

    /// <summary>Where the S3 server is, for calls that do not say. Default null: as the AWS tools look it up.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Region to sign for, for calls that do not say. Default null: as the AWS tools look it up.</summary>
    public string? Region { get; init; }

    /// <summary>Credentials of the app's own, for calls that name no profile. Part of a file's identity is that there are some, not which: caches for those of different rights have a directory each. Default null: as the AWS tools look them up.</summary>
    public AWSCredentials? Credentials { get; init; }

    /// <summary>~/.sluice/cache.</summary>
    public static string DefaultDirectory => Path.Combine(Home, ".sluice", "cache");

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    /// <summary>Everything that is wrong with these options, one line each; empty when they will do.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Directory)) errors.Add("The cache directory is empty: name a folder.");
        if (MaximumBytes < 0) errors.Add("The maximum size of the download cache must be 0 or more.");
        if (MaximumEntries < 1) errors.Add("The maximum number of entries of the download cache must be 1 or more.");
        if (TimeToLive <= TimeSpan.Zero || TimeToLive > TimeSpan.FromDays(36_500)) errors.Add("The time to live of downloads must be more than nothing and at most a hundred years.");
        if (Lease < TimeSpan.Zero || Lease > TimeSpan.FromDays(30)) errors.Add("The lease of downloads must be nothing to 30 days.");
        if (Parallelism is < 1 or > 64) errors.Add("The parallelism of downloads must be 1 to 64.");
        if (PartBytes is < 64 << 10 or > 1 << 30) errors.Add("The part size of downloads must be 64 KiB to 1 GiB.");
        if (PrefetchCount is < 0 or > 100) errors.Add("The number of downloads to prefetch must be 0 to 100.");
        if (PrefetchBytes < 0) errors.Add("The budget of prefetching must be 0 or more.");
        if (SharedFileBytes < 0) errors.Add("The bound of shared downloads must be 0 or more.");
        if (Endpoint is { } endpoint && Objects.S3OriginOptions.EndpointError(endpoint) is { } wrong) errors.Add(wrong);
        return errors;
    }
}
