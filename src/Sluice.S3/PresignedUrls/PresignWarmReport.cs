namespace Sluice.S3.PresignedUrls;

/// <summary>What warming did.</summary>
/// <param name="Ready">Paths whose URL is held now.</param>
/// <param name="Failed">Paths for which none could be made.</param>
/// <param name="Signed">Signatures this took, about: others may sign at the same time.</param>
/// <param name="Errors">What went wrong, the first twenty.</param>
public sealed record PresignWarmReport(int Ready, int Failed, long Signed, IReadOnlyList<string> Errors);
