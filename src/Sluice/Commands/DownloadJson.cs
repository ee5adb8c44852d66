using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary>JSON of <c>sluice get</c> and <c>sluice cache</c>, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GetAnswer))]
[JsonSerializable(typeof(WarmAnswer))]
[JsonSerializable(typeof(S3DownloadStatistics))]
[JsonSerializable(typeof(S3DownloadReport))]
[JsonSerializable(typeof(IReadOnlyList<S3DownloadEntry>))]
internal sealed partial class DownloadJson : JsonSerializerContext
{
    /// <summary>On one line, with no more escapes than needed.</summary>
    public static DownloadJson Line => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
