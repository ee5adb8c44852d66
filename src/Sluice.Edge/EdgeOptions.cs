using Sluice.Edge.Routes;

namespace Sluice.Edge;

/// <summary>Settings of the edge.</summary>
public sealed class EdgeOptions
{
    /// <summary>The routes, tried in order; at least one.</summary>
    public IList<EdgeRoute> Routes { get; } = [];
}
