using Sluice.Edge.Warming;

namespace Sluice.Api;

/// <summary>Answer of POST /v1/cache/warm.</summary>
/// <param name="Objects">What became of each, in the order asked.</param>
/// <param name="Failed">How many are not held.</param>
internal sealed record WarmUpAnswer(IReadOnlyList<WarmedObject> Objects, int Failed);
