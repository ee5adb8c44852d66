using System.Text.Json.Serialization;

namespace Sluice.Video.Metadata;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VariantMetadata))]
[JsonSerializable(typeof(string))]
internal sealed partial class VariantMetadataJson : JsonSerializerContext;
