namespace Sluice.S3.PresignedUrls;

/// <summary>What a rotation of credentials did.</summary>
/// <param name="Rotated">True when newer credentials sign now.</param>
/// <param name="Resigned">URLs signed again and handed out from now on.</param>
/// <param name="Probed">URLs tried on the server.</param>
/// <param name="Refused">URLs that the server refused although it takes the old ones; the old ones stay until their time.</param>
/// <param name="Purged">Stored entries of the old credentials that were deleted.</param>
/// <param name="Reason">What happened, in a sentence; when nothing was rotated, why and what to do.</param>
public sealed record RotationReport(bool Rotated, int Resigned, int Probed, int Refused, int Purged, string Reason);
