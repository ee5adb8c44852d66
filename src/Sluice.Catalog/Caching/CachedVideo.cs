namespace Sluice.Catalog.Caching;

/// <summary>The value of a row in the cache (row U098).</summary>
internal sealed record CachedVideo
{
    public required Guid Id { get; init; }

    public required Guid UserId { get; init; }

    public required string Title { get; init; }

    public required string Status { get; init; }

    public required string OriginalUrl { get; init; }

    public string? HlsUrl { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    public required long Version { get; init; }

    public string? Generation { get; init; }

    public string? Failure { get; init; }

    public double? Duration { get; init; }

    public string? Fence { get; init; }
}
