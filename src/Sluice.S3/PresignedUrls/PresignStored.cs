using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.S3.PresignedUrls;

/// <summary>An entry as the store keeps it: JSON with these names (rows MET-07, U073). Times are milliseconds since 1970.</summary>
internal sealed record PresignStored
{
    /// <summary>What this program writes; entries of another version are misses.</summary>
    public const int CurrentVersion = 1;

    private const long LatestTime = 253_402_300_799_999;

    public int Version { get; init; } = CurrentVersion;

    public required string Url { get; init; }

    public required string OriginalUrl { get; init; }

    public required long CreatedAt { get; init; }

    public required long ExpiresAt { get; init; }

    public required string Path { get; init; }

    public required string StorageType { get; init; }

    public string AuthType { get; init; } = PresignKey.AuthType;

    public string? Region { get; init; }

    public string? Service { get; init; } = PresignKey.Service;

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PresignStoredJson.Default.PresignStored);

    /// <summary>Null for another version, and for times that are none.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    public static PresignStored? FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, PresignStoredJson.Default.PresignStored) is { Version: CurrentVersion, CreatedAt: >= 0 and < LatestTime, ExpiresAt: >= 0 and < LatestTime } entry ? entry : null;

    public override string ToString() => OriginalUrl;
}

/// <summary>Its JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PresignStored))]
internal sealed partial class PresignStoredJson : JsonSerializerContext;
