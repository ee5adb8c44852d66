using System.Text.Json.Serialization;

namespace Sluice.Simulation;

/// <summary>JSON of <c>sluice simulate</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<SimulationResult>))]
internal sealed partial class SimulationJson : JsonSerializerContext;
