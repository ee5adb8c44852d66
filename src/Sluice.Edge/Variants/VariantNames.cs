using Sluice.Core.Variants;
using Sluice.Edge.Playback;
using Sluice.Edge.Requests;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Variants;

/// <summary>Under which name the answer to a target is stored: that of a variant where its query asks for one, else the target's own.</summary>
internal static class VariantNames
{
    public static (ActiveRoute Route, string Name) Of(ActiveRoute route, RequestTarget target)
    {
        target = route.Shorten(PrivateRoute.SharedPart(route, target));
        if (route.Variants is not { } variants || (target.Query.Length == 0 && !variants.Transform.IsVariant(target.Path))) return (route, route.NameOf(target.Text));
        return variants.Transform.Decide(new TransformQuery(target.Path, target.Query, static _ => null) { IsOperator = true }) switch
        {
            { Plan: { } plan } => (variants.Route, plan.Key),
            { Original: { } name } => (route, route.NameOf(name)),
            null => (route, route.NameOf(target.Text)),
            _ => (route, target.Text),
        };
    }
}
