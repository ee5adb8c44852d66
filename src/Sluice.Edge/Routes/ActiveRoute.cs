using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Routes;

/// <summary>A route at work: its origins as one, and the scope its objects live in.</summary>
internal sealed class ActiveRoute
{
    public ActiveRoute(EdgeRoute route, ObjectCache cache, TimeProvider time)
    {
        Route = route;
        IOrigin[] origins = [.. route.Origins.Select(origin => new MeteredOrigin(origin, time))];
        Origin = origins is [var only] ? only : new OriginGroup(origins);
        Scope = cache.Scope(Origin.Scope);
    }

    public EdgeRoute Route { get; }

    public RoutePolicy Policy => Route.Policy;

    public IOrigin Origin { get; }

    public CacheScope Scope { get; }

    public bool HasOwnPolicy => Origin.Traits.HasFlag(OriginTraits.PolicyFromRoute);

    public bool IsReadOnly => Origin.Traits.HasFlag(OriginTraits.ReadOnly);

    public bool HasRanges => Origin.Traits.HasFlag(OriginTraits.Ranges);

    /// <summary>How the missing bytes of a stored object are asked for: the request that selected it, as far as Vary tells.</summary>
    public FillSource SourceOf(CachedObject stored)
    {
        var headers = new HeaderList();
        if (!IsReadOnly)
            foreach (var (name, value) in stored.Metadata.Vary)
                if (value is not null) headers.Add(name, value);
        return new FillSource(Origin, RequestFor(stored.Target) with { Headers = headers });
    }

    public static OriginRequest RequestFor(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return new OriginRequest { Path = mark < 0 ? target : target[..mark], Query = mark < 0 ? "" : target[mark..] };
    }
}
