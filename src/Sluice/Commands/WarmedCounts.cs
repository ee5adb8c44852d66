using System.Text.Json.Serialization;

namespace Sluice.Commands;

/// <summary>What <c>sluice warm --json</c> writes.</summary>
/// <param name="Fetched">Objects that came, in whole or in part, from the origin.</param>
/// <param name="FetchedBytes">Their bytes.</param>
/// <param name="Held">Objects that were held already.</param>
/// <param name="Failed">Objects that are not held.</param>
/// <param name="Left">Objects that were not begun, since the budget was spent.</param>
internal sealed record WarmedCounts(int Fetched, long FetchedBytes, int Held, int Failed, int Left);

/// <summary>Its JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WarmedCounts))]
internal sealed partial class WarmedJson : JsonSerializerContext;
