namespace Sluice.S3.Downloads;

/// <summary>A cache of another size, replayed.</summary>
/// <param name="Factor">Its bounds as a multiple of the real ones.</param>
/// <param name="MaximumBytes">Its bound in bytes.</param>
/// <param name="MaximumEntries">Its bound in files.</param>
/// <param name="HitRate">Calls it would have answered, 0 to 1.</param>
/// <param name="FetchedBytes">Bytes it would have fetched.</param>
public sealed record S3DownloadSizing(double Factor, long MaximumBytes, int MaximumEntries, double HitRate, long FetchedBytes);
