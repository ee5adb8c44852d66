namespace Sluice.Monitoring.Alerts;

/// <summary>When an alert begins and ends.</summary>
internal sealed record AlertRule
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>Its name: error-rate.</summary>
    public required string Name { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>The value that is judged; null while there is too little to judge, which changes nothing until it has lasted for <see cref="Patience"/>.</summary>
    public required Func<AlertEvidence, double?> Measure { get; init; }

    /// <summary>True for a value at which the alert begins.</summary>
    public required Func<double, bool> Begins { get; init; }

    /// <summary>True for a value at which it ends: further on the good side, so that it does not flutter.</summary>
    public required Func<double, bool> Ends { get; init; }

    /// <summary>How long the value must be bad without a break before the alert begins. Most rules look at a window already and need none.</summary>
    public TimeSpan For { get; init; }

    /// <summary>How long the value must be good without a break before the alert ends.</summary>
    public TimeSpan EndsAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long nothing can be judged before an alert that is on ends, unknown as it is whether what it told of is over.</summary>
    public TimeSpan Patience => EndsAfter > Quarter ? EndsAfter : Quarter;

    /// <summary>Why nothing could be judged; null for a rule that stays as it is then.</summary>
    public string? Unjudged { get; init; } = "Too little traffic to judge";

    /// <summary>What is the matter, and what to look at.</summary>
    public required Func<double, string> Message { get; init; }
}
