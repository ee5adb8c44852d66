namespace Sluice.Edge.Routes;

/// <summary>When an origin that fails is left alone for a while.</summary>
public sealed record CircuitOptions
{
    /// <summary>So many failures (no answer, or 500, 502, 503, 504) within <see cref="Window"/> open the circuit, if they are at least half of the answers. Default 5; 1 or more.</summary>
    public int Failures { get; init; } = 5;

    /// <summary>How long a failure counts. Default 30 seconds; more than 0.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the origin is not asked, before one request is let through to see. Default 10 seconds; more than 0.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(10);
}
