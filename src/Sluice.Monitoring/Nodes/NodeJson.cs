using System.Text.Json.Serialization;

namespace Sluice.Monitoring.Nodes;

/// <summary>JSON of frames, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeFrame))]
internal sealed partial class NodeJson : JsonSerializerContext;
