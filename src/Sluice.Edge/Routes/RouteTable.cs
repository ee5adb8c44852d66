using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;

namespace Sluice.Edge.Routes;

/// <summary>Finds the route of a path: the first whose pattern matches.</summary>
internal sealed class RouteTable
{
    private readonly ActiveRoute[] routes;
    private readonly ActiveRoute? only;

    public RouteTable(IEnumerable<EdgeRoute> routes, ObjectCache cache, TimeProvider time, ILoggerFactory loggers)
    {
        this.routes = [.. routes.Select(route => new ActiveRoute(route, cache, time, loggers))];
        if (this.routes is [{ Pattern.IsEverything: true } single]) only = single;
    }

    public IReadOnlyList<ActiveRoute> All => routes;

    /// <summary>The route of a path (a query after it does not matter), or null.</summary>
    public ActiveRoute? Match(ReadOnlySpan<char> target)
    {
        if (only is not null) return only;
        var mark = target.IndexOf('?');
        var path = mark < 0 ? target : target[..mark];
        foreach (var route in routes)
            if (route.Pattern.Matches(path)) return route;
        return null;
    }
}
