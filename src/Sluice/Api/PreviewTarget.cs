namespace Sluice.Api;

/// <summary>What the page of variants asks the edge for.</summary>
/// <param name="Target">Path and query, signed where the route wants that.</param>
/// <param name="Key">Name of the key that signed it; null for none.</param>
internal sealed record PreviewTarget(string Target, string? Key);
