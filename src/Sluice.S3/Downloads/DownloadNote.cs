namespace Sluice.S3.Downloads;

/// <summary>A call to be counted; written to the index some at a time.</summary>
/// <param name="Key">Which file.</param>
/// <param name="Length">Length of the object.</param>
/// <param name="Fetched">Bytes that came over the network.</param>
/// <param name="Hit">True when it was not fetched for this call.</param>
/// <param name="At">When, in ticks.</param>
internal readonly record struct DownloadNote(string Key, long Length, long Fetched, bool Hit, long At);
