namespace Sluice.S3.PresignedUrls;

/// <summary>No URL could be signed for want of usable credentials. The message says what to do and holds no secret.</summary>
public sealed class PresignedUrlException(string message) : InvalidOperationException(message);
