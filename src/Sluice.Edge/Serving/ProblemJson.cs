using System.Text.Json.Serialization;

namespace Sluice.Edge.Serving;

[JsonSerializable(typeof(Dictionary<string, object>))]
[JsonSerializable(typeof(int))]
internal sealed partial class ProblemJson : JsonSerializerContext;
