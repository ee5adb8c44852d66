namespace Sluice.Edge.Routes;

/// <summary>How an origin of a route does.</summary>
/// <param name="Route">The route's name.</param>
/// <param name="Origin">The origin's name.</param>
/// <param name="State">Whether it is asked.</param>
public readonly record struct OriginCircuit(string Route, string Origin, CircuitState State);
