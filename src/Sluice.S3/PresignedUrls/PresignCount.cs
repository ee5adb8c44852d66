namespace Sluice.S3.PresignedUrls;

/// <summary>What is counted about presigned URLs.</summary>
internal enum PresignCount
{
    Hits,
    Misses,
    Direct,
    Refreshes,
    Signatures,
    Expirations,
    Fallbacks,
    CredentialErrors,
    RefreshErrors,
    StoreReads,
    StoreWrites,
    StoreTimeouts,
    StoreBusy,
    StoreFailures,
    StoreDropped,
    Refused,
}
