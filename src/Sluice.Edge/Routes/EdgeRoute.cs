using Sluice.Core.Origins;

namespace Sluice.Edge.Routes;

/// <summary>Which origins answer which paths, and by what policy.</summary>
public sealed record EdgeRoute
{
    /// <summary>A short unique name for logs and metrics.</summary>
    public required string Name { get; init; }

    /// <summary>Path pattern: an exact path ("/robots.txt"), a prefix ("/hls/*"), or a suffix after any path ("*.m3u8"). "/*" takes everything. The first route that matches is used.</summary>
    public string Pattern { get; init; } = "/*";

    /// <summary>Origins by priority: the next one is asked when one answers 404 or 5xx, or not at all.</summary>
    public required IReadOnlyList<IOrigin> Origins { get; init; }

    /// <summary>Lifetimes and switches.</summary>
    public RoutePolicy Policy { get; init; } = new();
}
