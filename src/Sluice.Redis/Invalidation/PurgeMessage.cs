using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Core.Tags;

namespace Sluice.Redis.Invalidation;

/// <summary>What nodes tell each other of a purge.</summary>
/// <param name="Node">The node that tells.</param>
/// <param name="Number">The node's own number for the purge.</param>
/// <param name="Purge">The purge; null in an answer.</param>
/// <param name="Receipt">What the node did; null in a question.</param>
internal sealed record PurgeMessage(string Node, long Number, PurgeRequest? Purge = null, PurgeReceipt? Receipt = null)
{
    /// <summary>Place in the log of purges, which goes beside the message; empty for a dry run.</summary>
    [JsonIgnore]
    public string Id { get; init; } = "";

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PurgeMessageJson.Default.PurgeMessage);

    /// <exception cref="JsonException">It is no message.</exception>
    public static PurgeMessage? FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, PurgeMessageJson.Default.PurgeMessage);
}

/// <summary>Its JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PurgeMessage))]
internal sealed partial class PurgeMessageJson : JsonSerializerContext;
