using System.Text.Json.Serialization;

namespace Sluice.S3.Downloads;

/// <summary>A file in the cache (row MET-08).</summary>
public sealed record S3DownloadEntry
{
    /// <summary>SHA-256 of <c>URL|profile</c>, in lower-case hexadecimal (row KEY-08).</summary>
    public required string Key { get; init; }

    /// <summary>The address it was asked for by; empty for a file found in an adopted directory and not asked for yet.</summary>
    public required string S3Url { get; init; }

    /// <summary>Where the file lies.</summary>
    public required string FilePath { get; init; }

    /// <summary>Bytes it takes on disk: the object's length, or less when it is kept compressed.</summary>
    public required long Size { get; init; }

    /// <summary>Length of the object in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>The object's entity tag as the server sent it; null when it sent none.</summary>
    [JsonPropertyName("etag")]
    public string? ETag { get; init; }

    /// <summary>SHA-256 of the object's bytes in lower-case hexadecimal (decision D19); null until it was taken: of a file up to 8 MiB when it was fetched, of a larger one by <see cref="S3DownloadCache.VerifyAsync"/>. Until then a CRC-64 of the bytes that arrived stands for it.</summary>
    public string? Sha256 { get; init; }

    /// <summary>When it was fetched.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last handed out, or fetched.</summary>
    public required DateTimeOffset LastAccessedAt { get; init; }

    /// <summary>How often it was handed out without being fetched.</summary>
    public required long HitCount { get; init; }

    /// <summary>Until when it may not be evicted, because somebody was handed its path; null when nobody was.</summary>
    public DateTimeOffset? LeasedUntil { get; init; }
}
