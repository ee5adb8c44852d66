namespace Sluice.S3.Downloads;

/// <summary>How far a fetch is. Not reported for hits.</summary>
/// <param name="Bytes">Bytes that have arrived.</param>
/// <param name="Total">Bytes of the whole object.</param>
public readonly record struct S3DownloadProgress(long Bytes, long Total);
