using Sluice.Core.Origins;
using Sluice.Core.Variants;
using Sluice.Edge.Playback;

namespace Sluice.Edge.Routes;

/// <summary>Which origins answer which paths, and by what policy.</summary>
public sealed record EdgeRoute
{
    /// <summary>A short unique name for logs and metrics.</summary>
    public required string Name { get; init; }

    /// <summary>Which paths, as a <see cref="PathPattern"/>: "/robots.txt", "/hls/*", "*.m3u8". "/*" takes everything. The first route that matches is used.</summary>
    public string Pattern { get; init; } = "/*";

    /// <summary>Origins by priority: the next one is asked when one answers 404 or 5xx, or not at all. A 404 is the answer only if no origin failed.</summary>
    public required IReadOnlyList<IOrigin> Origins { get; init; }

    /// <summary>When an origin that fails is left alone. Default null: never.</summary>
    public CircuitOptions? Circuit { get; init; }

    /// <summary>For viewers with a token only, whose manifests are rewritten to carry it along. Default null: for everybody.</summary>
    public PlaybackTokens? Playback { get; init; }

    /// <summary>Lifetimes and switches of its variants. Default null: those of <see cref="Policy"/>, without its extensions, which are the sources'.</summary>
    public RoutePolicy? VariantPolicy { get; init; }

    /// <summary>Makes variants of its objects for requests whose query asks for them. Default null: the query is part of the object's name.</summary>
    public ITransform? Transform { get; init; }

    /// <summary>Lifetimes and switches.</summary>
    public RoutePolicy Policy { get; init; } = new();
}
