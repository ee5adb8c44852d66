using Sluice.Core.Objects;
using Sluice.Video.Metadata;

namespace Sluice.Api;

/// <summary>One stored variant.</summary>
internal sealed record VariantAnswer
{
    /// <summary>The key it is stored under.</summary>
    public required string Key { get; init; }

    /// <summary>Path and query by which viewers ask for it.</summary>
    public required string Url { get; init; }

    /// <summary>What is known of it.</summary>
    public required VariantMetadata Metadata { get; init; }

    /// <summary>Bytes of it in memory.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Bytes of it on disk.</summary>
    public long DiskBytes { get; init; }

    /// <summary>Its version.</summary>
    public string? ETag { get; init; }

    /// <summary>Makes it of an object; null when that is no variant.</summary>
    public static VariantAnswer? Of(CachedObject stored, VariantMetadata? metadata) => metadata is null ? null : new()
    {
        Key = stored.Target,
        Url = stored.Metadata.Source + metadata.CustomData!["query"].GetString(),
        Metadata = metadata,
        MemoryBytes = stored.MemoryBytes,
        DiskBytes = stored.DiskBytes,
        ETag = stored.Metadata.Version.ETag,
    };
}
