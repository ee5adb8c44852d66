namespace Sluice.S3.PresignedUrls;

/// <summary>There is no URL to hand out: no usable credentials, or the server does not take what they sign. The message says what to do and holds no secret.</summary>
public sealed class PresignedUrlException(string message, int? status = null) : InvalidOperationException(message)
{
    /// <summary>What the server answered when the URL was tried (<see cref="PresignedUrlsOptions.VerifyBeforeUse"/>); null when nothing was asked of it.</summary>
    public int? Status => status;
}
