using Sluice.Core.Variants;
using Sluice.Edge.Playback;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;

namespace Sluice.Edge.Variants;

/// <summary>Under which name the answer to a target is stored: that of a variant where its query asks for one, else the target's own.</summary>
internal static class VariantNames
{
    /// <summary>What a target asks for, whoever asks; null where it is answered at once and nothing stored has a say, as <paramref name="decision"/> tells.</summary>
    public static Asked? Of(ActiveRoute route, RequestTarget target, out TransformDecision? decision)
    {
        decision = null;
        target = route.Shorten(PrivateRoute.SharedPart(route, target));
        if (route.Variants is not { } variants || (target.Query.Length == 0 && !variants.Transform.IsVariant(target.Path))) return new Asked(route, route.NameOf(target.Text));
        decision = variants.Transform.Decide(new TransformQuery(target.Path, target.Query, static _ => null) { IsOperator = true });
        return decision switch
        {
            { Plan: { } plan } => new Asked(variants.Route, plan.Key, plan, route),
            { Original: { } name } => new Asked(route, route.NameOf(name)),
            null => new Asked(route, route.NameOf(target.Text)),
            _ => null,
        };
    }

    /// <summary>Where what is stored for it is found; the target itself where nothing can be.</summary>
    public static string Of(ActiveRoute route, RequestTarget target) => Of(route, target, out _)?.Target ?? target.Text;
}
