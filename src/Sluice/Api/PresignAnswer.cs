using Sluice.S3.PresignedUrls;

namespace Sluice.Api;

/// <summary>A presigned URL, or why there is none.</summary>
internal sealed record PresignAnswer
{
    /// <summary>The path asked for.</summary>
    public required string Path { get; init; }

    /// <summary>The URL; whoever has it may do what it allows until it expires.</summary>
    public string? Url { get; init; }

    /// <summary>GET, HEAD or PUT.</summary>
    public string? Method { get; init; }

    /// <summary>From when it is valid.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it stops being valid.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Until when the same URL is handed out.</summary>
    public DateTimeOffset? ReuseUntil { get; init; }

    /// <summary>Why there is none.</summary>
    public string? Error { get; init; }

    /// <summary>The answer for a URL.</summary>
    public static PresignAnswer Of(string path, PresignOptions options, PresignedUrl url) =>
        new() { Path = path, Url = url.Url, Method = options.Method, CreatedAt = url.CreatedAt, ExpiresAt = url.ExpiresAt, ReuseUntil = url.ReuseUntil };

    public override string ToString() => Path;
}
