using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;
using Sluice.Core.Variants;
using Sluice.Edge.Freshness;
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

    /// <summary>What is stored of it and fits a request with those fields; null for nothing.</summary>
    public CachedObject? Find(IHeaderDictionary fields) => VarySelection.Find(Route.Scope.FindStored(Target), fields);

    /// <summary>False for what is stored and no good to anybody any more.</summary>
    public bool IsUsable(CachedObject stored) =>
        // In this order: what is no longer arriving is here.
        stored.IsServable && (!Route.IsMadeAnew || stored.IsFilling || (stored.Metadata.Length is { } length && stored.Holds(0, length)));

    /// <summary>How what is stored may be used for a request with those fields.</summary>
    public Reuse Judge(CachedObject stored, IHeaderDictionary fields, DateTimeOffset now)
    {
        var reuse = ReusePolicy.Evaluate(stored.Metadata.Freshness, fields, now);
        return Originals?.Variants is { } variants ? variants.Judge(stored, Variant!.Recipe, reuse) : reuse;
    }

    /// <summary>True when there is nothing to fetch for such a request.</summary>
    public bool IsFresh(IHeaderDictionary fields, DateTimeOffset now) => Find(fields) is { } found && IsUsable(found) && Judge(found, fields, now) == Reuse.Fresh;
}
