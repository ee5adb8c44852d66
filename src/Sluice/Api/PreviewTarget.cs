namespace Sluice.Api;

/// <summary>What the page of variants asks the edge for.</summary>
/// <param name="Target">Path and query, signed and with a token where the route wants that.</param>
/// <param name="Key">Name of the key that signed it; null for none.</param>
/// <param name="Original">Where the original is, on a private route; null where that is its path.</param>
internal sealed record PreviewTarget(string Target, string? Key, string? Original);
