using System.Text.Json.Serialization;

namespace Sluice.Video.Variants;

[JsonSerializable(typeof(Dictionary<string, object>))]
[JsonSerializable(typeof(int))]
internal sealed partial class FaultJson : JsonSerializerContext;
