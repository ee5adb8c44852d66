using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Core.Tags;
using Sluice.Edge.Explain;
using Sluice.Hosting;
using Sluice.S3.PresignedUrls;

namespace Sluice.Api;

/// <summary>JSON of the API, generated at build time so that start-up does no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(CacheStatistics))]
[JsonSerializable(typeof(PurgeBody))]
[JsonSerializable(typeof(Reload))]
[JsonSerializable(typeof(PurgeReceipt))]
[JsonSerializable(typeof(WarmUpBody))]
[JsonSerializable(typeof(WarmUpAnswer))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(PlaybackBody))]
[JsonSerializable(typeof(PlaybackAnswer))]
[JsonSerializable(typeof(VariantList))]
[JsonSerializable(typeof(PrepareBody))]
[JsonSerializable(typeof(PrepareAnswer))]
[JsonSerializable(typeof(EventAnswer))]
[JsonSerializable(typeof(PreviewAnswer))]
[JsonSerializable(typeof(PreviewTarget))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(PresignAnswer))]
[JsonSerializable(typeof(PresignBody))]
[JsonSerializable(typeof(PresignBulkAnswer))]
[JsonSerializable(typeof(PresignWarmReport))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, RotationReport>))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>As sent: quotes and apostrophes stay readable, since no answer is ever part of a page.</summary>
    public static ApiJson Wire => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
