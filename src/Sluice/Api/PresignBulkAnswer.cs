namespace Sluice.Api;

/// <summary>Answer of POST /v1/presign, in the order of the paths asked for.</summary>
/// <param name="Urls">One for each path.</param>
/// <param name="Failed">How many have an error instead of a URL.</param>
internal sealed record PresignBulkAnswer(IReadOnlyList<PresignAnswer> Urls, int Failed);
