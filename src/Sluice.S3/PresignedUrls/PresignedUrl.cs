namespace Sluice.S3.PresignedUrls;

/// <summary>A presigned URL and how long it is valid. Its text hides the signature.</summary>
/// <param name="Url">The whole URL, signature included: treat it as a secret until it expires.</param>
/// <param name="CreatedAt">From when it is valid.</param>
/// <param name="ExpiresAt">When it stops being valid; never later than the credential that signed it.</param>
/// <param name="ReuseUntil">Until when the same URL is handed out, and so until when a redirect to it may be cached.</param>
public sealed record PresignedUrl(string Url, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset ReuseUntil)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Url.AsSpan(0, Math.Max(0, Url.IndexOf('?', StringComparison.Ordinal)))} until {ExpiresAt:u}";
}
