using Sluice.Edge.Variants;

namespace Sluice.Api;

/// <summary>Answer of POST /v1/variants/prepare.</summary>
/// <param name="Variants">What became of each, in the order asked.</param>
/// <param name="Failed">How many are not there.</param>
internal sealed record PrepareAnswer(IReadOnlyList<PreparedVariant> Variants, int Failed);
