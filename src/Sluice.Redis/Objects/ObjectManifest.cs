using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Core.Disk;
using Sluice.Core.Objects;

namespace Sluice.Redis.Objects;

/// <summary>What stands at the base key of a shared object (row U042); its body is in <c>{baseKey}_chunk_{n}</c> (row U043), one of them where it is short.</summary>
internal sealed record ObjectManifest
{
    /// <summary>Length of the body.</summary>
    public required long TotalSize { get; init; }

    /// <summary>Number of parts.</summary>
    public required int ChunkCount { get; init; }

    /// <summary>Length of each.</summary>
    public required long[] ActualChunkSizes { get; init; }

    /// <summary>Length of all but the last.</summary>
    public required long StandardChunkSize { get; init; }

    /// <summary>Its Content-Type.</summary>
    public string? OriginalContentType { get; init; }

    /// <summary>True when there is more than one part, or might have been.</summary>
    public bool IsChunked { get; init; }

    /// <summary>Number of the turn in which it was stored: parts of another are not its own.</summary>
    public required string Token { get; init; }

    /// <summary>How far the log of purges was read when it was fetched.</summary>
    public required string Epoch { get; init; }

    /// <summary>The metadata, in the form of the disk tier.</summary>
    public required byte[] Metadata { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ObjectManifestJson.Default.ObjectManifest);

    /// <summary>The manifest and its metadata; null when it is damaged or of another version.</summary>
    public static (ObjectManifest Manifest, ObjectMetadata Metadata)? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ObjectManifestJson.Default.ObjectManifest) is { Metadata: not null, ActualChunkSizes: { } sizes } manifest
                && sizes.Length == manifest.ChunkCount && sizes.Sum() == manifest.TotalSize && Array.TrueForAll(sizes, size => size > 0 && size <= manifest.StandardChunkSize)
                && sizes.SkipLast(1).All(size => size == manifest.StandardChunkSize)
                && ObjectMetadataFormat.TryDecode(manifest.Metadata) is { } metadata && metadata.Length == manifest.TotalSize ? (manifest, metadata) : null;
        }
        catch (Exception damaged) when (damaged is JsonException or OverflowException)
        {
            return null;
        }
    }
}

/// <summary>Its JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ObjectManifest))]
internal sealed partial class ObjectManifestJson : JsonSerializerContext;
