namespace Sluice.S3.Downloads;

/// <summary>A file that a call found or fetched.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Length">Length of the object.</param>
/// <param name="ETag">Its entity tag.</param>
/// <param name="Outcome">How it was had.</param>
/// <param name="Fetched">Bytes that came over the network.</param>
internal sealed record DownloadFound(string Path, long Length, string? ETag, S3DownloadOutcome Outcome, long Fetched = 0)
{
    /// <summary>Its entry; null when it lies outside the cache.</summary>
    public DownloadRow? Row { get; init; }

    /// <summary>True when one caller alone has it: outside the cache it is then that caller's to move or delete.</summary>
    public bool IsAlone { get; init; }

    /// <summary>A file of the cache.</summary>
    public static DownloadFound In(DownloadStore store, DownloadRow row, S3DownloadOutcome outcome, long fetched = 0) =>
        new(store.PathOf(row.Key), row.Length, row.ETag, outcome, fetched) { Row = row };

    /// <summary>The same for somebody who only waited for it.</summary>
    public DownloadFound Shared() => this with { Fetched = 0, IsAlone = false, Outcome = Outcome is S3DownloadOutcome.Miss or S3DownloadOutcome.Shared ? S3DownloadOutcome.Coalesced : Outcome };
}
