namespace Sluice.Configuration;

/// <summary>When an origin that fails is left alone.</summary>
internal sealed class CircuitSection
{
    /// <summary>Null: 5 where there is another origin to ask, never where there is none. 0: never.</summary>
    public int? Failures { get; set; }

    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(10);
}
