using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;
using Sluice.Edge.Requests;

namespace Sluice.Edge.Routes;

/// <summary>Finds the route of a path: the first whose pattern matches. May be given other routes while it is in use.</summary>
internal sealed class RouteTable
{
    private readonly ObjectCache cache;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private volatile Table now = new([]);

    public RouteTable(IEnumerable<EdgeRoute> routes, ObjectCache cache, TimeProvider time, ILoggerFactory loggers)
    {
        (this.cache, this.time, this.loggers) = (cache, time, loggers);
        Replace(routes);
    }

    public IReadOnlyList<ActiveRoute> All => now.All;

    /// <summary>Takes other routes. Those that are the same object as before go on with the state of their circuits; requests under way end on the route they began on.</summary>
    public void Replace(IEnumerable<EdgeRoute> routes)
    {
        var before = now.All;
        now = new([.. routes.Select(route => Array.Find(before, active => ReferenceEquals(active.Route, route)) ?? new ActiveRoute(route, cache, time, loggers))]);
        // Several routes may reach one origin in different ways, each with a key of its own, and have their objects in one scope: which of them an object is of, its path tells.
        foreach (var route in now.All)
            route.Scope.SourceOf = stored => (Match(stored.Target) is { } its && its.Scope == route.Scope ? its : route).SourceOf(stored);
    }

    /// <summary>The route of a path (a query after it does not matter), or null.</summary>
    public ActiveRoute? Match(ReadOnlySpan<char> target)
    {
        var table = now;
        if (table.Only is { } only) return only;
        var mark = target.IndexOf('?');
        var path = mark < 0 ? target : target[..mark];
        foreach (var route in table.All)
            if (route.Pattern.Matches(path)) return route.Route.Playback is null && table.Read is not null && LenientPath.IsAmbiguous(path) ? PrivateRouteOf(table, path) ?? route : route;
        return null;
    }

    /// <summary>The private route that a path of another route leads to as an origin may read it: "/private%2Fa" is "/private/a" to a bucket. Null for none.</summary>
    private static ActiveRoute? PrivateRouteOf(Table table, ReadOnlySpan<char> path)
    {
        var read = LenientPath.Read(path.ToString());
        var at = Array.FindIndex(table.Read!, pattern => pattern.Matches(read));
        return at >= 0 && table.All[at].Route.Playback is not null ? table.All[at] : null;
    }

    /// <summary>The routes of one configuration, so that nobody sees a mixture of two.</summary>
    private sealed class Table(ActiveRoute[] all)
    {
        public readonly ActiveRoute[] All = all;

        /// <summary>The patterns of all, for paths as an origin may read them; null where no route is private.</summary>
        public readonly PathPattern[]? Read = Array.Exists(all, static route => route.Route.Playback is not null) ? Array.ConvertAll(all, static route => route.Pattern.AsRead()) : null;

        public readonly ActiveRoute? Only = all is [{ Pattern.IsEverything: true } single] ? single : null;
    }
}
