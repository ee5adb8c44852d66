using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Redis.KeyValue;

/// <summary>What the index says of an entry.</summary>
/// <param name="Size">Bytes of key and value.</param>
/// <param name="Expires">When it expires by the clock of the node that stored it, in ticks of UTC; null for never.</param>
/// <param name="Tags">Its tags.</param>
internal sealed record EntryNote(long Size, long? Expires, string[] Tags)
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, EntryNoteJson.Default.EntryNote);

    public static EntryNote? FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, EntryNoteJson.Default.EntryNote);
}

/// <summary>Its JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EntryNote))]
internal sealed partial class EntryNoteJson : JsonSerializerContext;
