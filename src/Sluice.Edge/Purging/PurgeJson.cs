using System.Text.Json.Serialization;
using Sluice.Core.Tags;

namespace Sluice.Edge.Purging;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PurgeReceipt))]
internal sealed partial class PurgeJson : JsonSerializerContext;
