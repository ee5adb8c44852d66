namespace Sluice.Edge.Routes;

/// <summary>Whether an origin is asked.</summary>
public enum CircuitState
{
    /// <summary>It is asked.</summary>
    Closed,

    /// <summary>One request is with it, to see whether it answers again; others are not let through.</summary>
    HalfOpen,

    /// <summary>It failed too often and is left alone.</summary>
    Open,
}
