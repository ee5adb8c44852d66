using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Core.Disk;
using Sluice.Core.Objects;

namespace Sluice.Redis.Objects;

/// <summary>What stands at the base key of a shared object (row U042); its body is in <c>{baseKey}_chunk_{n}</c> (row U043), one of them where it is short.</summary>
/// <param name="TotalSize">Length of the body.</param>
/// <param name="ChunkCount">Number of parts.</param>
/// <param name="ActualChunkSizes">Length of each.</param>
/// <param name="StandardChunkSize">Length of all but the last.</param>
/// <param name="OriginalContentType">Its Content-Type.</param>
/// <param name="IsChunked">True when there is more than one part, or might have been.</param>
/// <param name="Token">Number of the turn in which it was stored: parts of another are not its own.</param>
/// <param name="Epoch">How far the log of purges was read when it was fetched.</param>
/// <param name="Metadata">The metadata, in the form of the disk tier.</param>
internal sealed record ObjectManifest(
    long TotalSize, int ChunkCount, long[] ActualChunkSizes, long StandardChunkSize, string? OriginalContentType, bool IsChunked, string Token, string Epoch, byte[] Metadata)
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ObjectManifestJson.Default.ObjectManifest);

    /// <summary>The manifest and its metadata; null when it is damaged or of another version.</summary>
    public static (ObjectManifest Manifest, ObjectMetadata Metadata)? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ObjectManifestJson.Default.ObjectManifest) is { Metadata: not null, ActualChunkSizes: { } sizes } manifest
                && sizes.Length == manifest.ChunkCount && sizes.Sum() == manifest.TotalSize && Array.TrueForAll(sizes, size => size > 0)
                && ObjectMetadataFormat.TryDecode(manifest.Metadata) is { } metadata && metadata.Length == manifest.TotalSize ? (manifest, metadata) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Its JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ObjectManifest))]
internal sealed partial class ObjectManifestJson : JsonSerializerContext;
