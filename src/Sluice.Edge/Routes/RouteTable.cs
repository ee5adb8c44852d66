using Sluice.Core.Objects;

namespace Sluice.Edge.Routes;

/// <summary>Finds the route of a path: the first whose pattern matches.</summary>
internal sealed class RouteTable
{
    private readonly ActiveRoute[] routes;
    private readonly ActiveRoute? only;

    public RouteTable(IEnumerable<EdgeRoute> routes, ObjectCache cache, TimeProvider time)
    {
        this.routes = [.. routes.Select(route => new ActiveRoute(route, cache, time))];
        if (this.routes is [{ Route.Pattern: "/*" } single]) only = single;
    }

    public IReadOnlyList<ActiveRoute> All => routes;

    /// <summary>The route of a path (a query after it does not matter), or null.</summary>
    public ActiveRoute? Match(ReadOnlySpan<char> target)
    {
        if (only is not null) return only;
        var mark = target.IndexOf('?');
        var path = mark < 0 ? target : target[..mark];
        foreach (var route in routes)
            if (Matches(route.Route.Pattern, path)) return route;
        return null;
    }

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        var star = pattern.IndexOf('*');
        if (star < 0) return path.SequenceEqual(pattern);
        var before = pattern[..star];
        var after = pattern[(star + 1)..];
        return path.Length >= before.Length + after.Length && path.StartsWith(before, StringComparison.Ordinal) && path.EndsWith(after, StringComparison.Ordinal);
    }
}
