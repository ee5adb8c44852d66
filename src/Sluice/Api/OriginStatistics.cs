using Sluice.Edge.Routes;

namespace Sluice.Api;

/// <summary>How an origin does.</summary>
/// <param name="Route">The route's name.</param>
/// <param name="Origin">The origin.</param>
/// <param name="Circuit">closed: it is asked; halfOpen: one request tries it; open: it failed too often and is left alone for a while.</param>
internal sealed record OriginStatistics(string Route, string Origin, string Circuit)
{
    /// <summary>Reads it.</summary>
    public static OriginStatistics Of(OriginCircuit circuit) => new(circuit.Route, circuit.Origin, circuit.State switch
    {
        CircuitState.Open => "open",
        CircuitState.HalfOpen => "halfOpen",
        _ => "closed",
    });
}
