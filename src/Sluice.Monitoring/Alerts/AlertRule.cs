namespace Sluice.Monitoring.Alerts;

/// <summary>When an alert begins and ends.</summary>
internal sealed record AlertRule
{
    /// <summary>Its name: error-rate.</summary>
    public required string Name { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>The value that is judged; null while there is too little to judge, which changes nothing.</summary>
    public required Func<AlertEvidence, double?> Measure { get; init; }

    /// <summary>True for a value at which the alert begins.</summary>
    public required Func<double, bool> Begins { get; init; }

    /// <summary>True for a value at which it ends: further on the good side, so that it does not flutter.</summary>
    public required Func<double, bool> Ends { get; init; }

    /// <summary>How long the value must be bad without a break before the alert begins. Most rules look at a window already and need none.</summary>
    public TimeSpan For { get; init; }

    /// <summary>How long the value must be good without a break before the alert ends.</summary>
    public TimeSpan EndsAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What is the matter, and what to look at.</summary>
    public required Func<double, string> Message { get; init; }
}
