using Sluice.Core.Variants;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Serving;

/// <summary>What a request asks for: an object of a route, or a variant of one.</summary>
/// <param name="Route">The route it is stored in: for a variant the one behind the original's.</param>
/// <param name="Target">Its name there.</param>
/// <param name="Variant">The variant; null for the object itself.</param>
/// <param name="Originals">For a variant: the route of the objects it is made from.</param>
internal sealed record Asked(ActiveRoute Route, string Target, TransformPlan? Variant = null, ActiveRoute? Originals = null)
{
    /// <summary>True to fetch it though it is stored (row DBG-01).</summary>
    public bool SkipsCache { get; init; } = Variant is { SkipsCache: true };

    /// <summary>True when what another flight stored meanwhile is no answer.</summary>
    public bool IsAnew => SkipsCache || Variant is { SkipsStore: true };
}
