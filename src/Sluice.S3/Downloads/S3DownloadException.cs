namespace Sluice.S3.Downloads;

/// <summary>A file could not be had. Trouble with the cache alone is never a reason: then the file arrives past it.</summary>
public sealed class S3DownloadException : IOException
{
    /// <summary>Creates one; <paramref name="message"/> is one line that says what to do and holds no secret.</summary>
    public S3DownloadException(S3DownloadFailure failure, string message, Exception? inner = null) : base(message, inner) => Failure = failure;

    /// <summary>What went wrong.</summary>
    public S3DownloadFailure Failure { get; }
}
