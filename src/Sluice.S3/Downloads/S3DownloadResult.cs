namespace Sluice.S3.Downloads;

/// <summary>A file on this machine.</summary>
/// <param name="Path">Where it lies. In the cache it stays there for <see cref="S3DownloadCacheOptions.Lease"/> at least.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="ETag">The object's entity tag as the server sent it, quotes included; null when it sent none.</param>
/// <param name="Outcome">How it was had.</param>
/// <param name="FetchedBytes">Body bytes that came over the network for this call; 0 for what another caller fetched.</param>
public sealed record S3DownloadResult(string Path, long Size, string? ETag, S3DownloadOutcome Outcome, long FetchedBytes);
