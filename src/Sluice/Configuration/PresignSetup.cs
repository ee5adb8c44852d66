using Sluice.S3.PresignedUrls;

namespace Sluice.Configuration;

/// <summary>Turns the presign section into the options of presigned URLs.</summary>
internal static class PresignSetup
{
    /// <summary>Options for a bucket in a role.</summary>
    public static PresignedUrlsOptions Options(PresignSection section, string storageType) => new()
    {
        Expires = TimeSpan.FromSeconds(section.ExpiresInSeconds),
        RefreshThreshold = section.RefreshThreshold,
        CacheBufferFactor = section.CacheBufferFactor,
        MinimumRemaining = section.MinimumRemaining,
        Stable = section.Stable,
        Share = section.Share,
        AdaptiveMaximum = section.AdaptiveMaximum,
        MaximumEntries = section.MaximumEntries,
        StorageType = storageType,
    };
}
