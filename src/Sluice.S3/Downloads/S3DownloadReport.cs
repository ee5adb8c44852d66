namespace Sluice.S3.Downloads;

/// <summary>How a cache directory was used of late, over all processes, and advice (row S3D-35).</summary>
public sealed record S3DownloadReport
{
    /// <summary>Calls it is made from: the last 100,000 at most.</summary>
    public required int Calls { get; init; }

    /// <summary>When the first of them was; null when there were none.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Different files that were asked for.</summary>
    public required int Files { get; init; }

    /// <summary>Bytes of those files: what a cache that never evicts would hold.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Files asked for once only: no cache helps with these.</summary>
    public required int AskedOnce { get; init; }

    /// <summary>What caches of other sizes would have done with the same calls, smallest first.</summary>
    public required IReadOnlyList<S3DownloadSizing> Sizes { get; init; }

    /// <summary>Calls by hour of the day in UTC: 24 counts.</summary>
    public required IReadOnlyList<int> CallsByHour { get; init; }

    /// <summary>What to do, in a sentence or two.</summary>
    public required string Advice { get; init; }
}
