using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Requests;
using Sluice.Edge.Telemetry;
using Sluice.Edge.Variants;

namespace Sluice.Edge.Routes;

/// <summary>A route at work: its origins as one, and the scope its objects live in.</summary>
internal sealed class ActiveRoute
{
    private readonly List<(string Origin, CircuitBreaker Breaker)> circuits = [];

    public ActiveRoute(EdgeRoute route, ObjectCache cache, TimeProvider time, ILoggerFactory loggers)
    {
        if (route.Origins.Count == 0) throw new ArgumentException($"The route {route.Name} has no origin to ask.");
        Route = route;
        Pattern = new PathPattern(route.Pattern);
        IOrigin[] origins = [.. route.Origins.Select(origin => Guard(new MeteredOrigin(origin, time), time, loggers))];
        Query = Policy.Query.For(route.Transform);
        Origin = origins is [var only] ? only : new OriginGroup(origins);
        // What was stored before storing was switched off must not be found.
        Scope = cache.Scope(Policy.Stores ? Origin.Scope : "unstored:" + Origin.Scope);
        Scope.SourceOf = SourceOf;
        // A variant is kept, or it would be made for every request.
        if (route.Transform is { } transform && Policy.Stores) Variants = new VariantRoute(this, transform, cache, time, loggers);
    }

    public PathPattern Pattern { get; }

    /// <summary>How its origins do, where that is watched.</summary>
    public IEnumerable<OriginCircuit> Circuits => circuits.Select(circuit => new OriginCircuit(Route.Name, circuit.Origin, circuit.Breaker.State));

    public EdgeRoute Route { get; }

    public RoutePolicy Policy => Route.Policy;

    /// <summary>Which parameters of a query tell its objects apart, and its variants.</summary>
    public QueryRule Query { get; }

    public IOrigin Origin { get; }

    /// <summary>The variants of its objects; null where none are made.</summary>
    public VariantRoute? Variants { get; }

    public CacheScope Scope { get; }

    public bool HasOwnPolicy => Origin.Traits.HasFlag(OriginTraits.PolicyFromRoute);

    public bool IsReadOnly => Origin.Traits.HasFlag(OriginTraits.ReadOnly);

    public bool IsMadeAnew => Origin.Traits.HasFlag(OriginTraits.MadeAnew);

    public bool HasRanges => Origin.Traits.HasFlag(OriginTraits.Ranges);

    /// <summary>How the missing bytes of a stored object are asked for when no client asks: the request that selected it, as far as Vary tells.</summary>
    public FillSource SourceOf(CachedObject stored)
    {
        var headers = new HeaderList();
        if (!IsReadOnly)
            foreach (var (name, value) in stored.Metadata.Vary)
                if (value is not null) headers.Add(name, value);
        return new FillSource(Origin, RequestFor(stored.Target) with { Headers = headers });
    }

    /// <summary>What a GET or HEAD of a target is served as: without the parameters that do not count.</summary>
    public RequestTarget Shorten(RequestTarget target) => target with { Query = Query.Apply(target.Query) };

    /// <summary>Under which name a target is stored that asks for no variant: what its transform reads tells no objects apart by that.</summary>
    public string NameOf(string target) => Policy.Query.Apply(target);

    private IOrigin Guard(MeteredOrigin origin, TimeProvider time, ILoggerFactory loggers)
    {
        if (Route.Circuit is not { } options) return origin;
        var breaker = new CircuitBreaker(options, time);
        circuits.Add((origin.Name, breaker));
        return new GuardedOrigin(origin, breaker, options, loggers.CreateLogger<GuardedOrigin>());
    }

    public static OriginRequest RequestFor(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return new OriginRequest { Path = mark < 0 ? target : target[..mark], Query = mark < 0 ? "" : target[mark..] };
    }
}
