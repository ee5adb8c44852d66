using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Catalog.Api;

/// <summary>JSON of the catalog's API, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VideoBody))]
[JsonSerializable(typeof(VideoAnswer))]
[JsonSerializable(typeof(VideoListAnswer))]
[JsonSerializable(typeof(JobAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
public sealed partial class CatalogJson : JsonSerializerContext
{
    /// <summary>As sent: quotes and apostrophes stay readable, since no answer is ever part of a page.</summary>
    public static CatalogJson Wire => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
