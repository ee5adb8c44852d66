namespace Sluice.S3.Downloads;

/// <summary>What a cache directory holds, and what it has done since it was made or cleared, over all processes (rows MET-09, S3D-25).</summary>
public sealed record S3DownloadStatistics
{
    /// <summary>Calls answered from the cache, coalesced ones included.</summary>
    public required long Hits { get; init; }

    /// <summary>Calls that fetched.</summary>
    public required long Misses { get; init; }

    /// <summary>Hits of all calls, 0 to 1; 0 when there were none.</summary>
    public double HitRate => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);

    /// <summary>Files removed to make room.</summary>
    public required long Evictions { get; init; }

    /// <summary>Files removed because their time was over.</summary>
    public required long Expirations { get; init; }

    /// <summary>Bytes of all files, and of those being fetched.</summary>
    public required long TotalSize { get; init; }

    /// <summary>Bound of <see cref="TotalSize"/> in bytes.</summary>
    public required long MaximumSize { get; init; }

    /// <summary>Files held.</summary>
    public required long EntryCount { get; init; }

    /// <summary>Bound of <see cref="EntryCount"/>.</summary>
    public required int MaximumEntries { get; init; }

    /// <summary>Bytes handed out without being fetched.</summary>
    public required long SavedBytes { get; init; }

    /// <summary>Bytes fetched.</summary>
    public required long FetchedBytes { get; init; }

    /// <summary>The files handed out most, ten at most, most used first.</summary>
    public required IReadOnlyList<S3DownloadEntry> MostUsed { get; init; }
}
