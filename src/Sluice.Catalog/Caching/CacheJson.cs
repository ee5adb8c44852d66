using System.Text.Json.Serialization;

namespace Sluice.Catalog.Caching;

/// <summary>JSON of the metadata cache, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CachedVideo))]
internal sealed partial class CacheJson : JsonSerializerContext;
