namespace Sluice.Monitoring.Summary;

/// <summary>A rate with its bar and its change against the period before (decision D16).</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">In percent; absent before there is anything to divide.</param>
/// <param name="Text">As shown.</param>
/// <param name="Bar">Full cells, of 20.</param>
/// <param name="Tone">good, warning, bad, or empty.</param>
public sealed record Gauge(string Label, double? Value, string Text, int Bar, string Tone)
{
    /// <summary>Difference to the period before, in percentage points; absent when that has no value.</summary>
    public double? Delta { get; init; }

    /// <summary>As shown.</summary>
    public string DeltaText { get; init; } = "";

    /// <summary>good, bad, or empty: whether the change is for the better.</summary>
    public string DeltaTone { get; init; } = "";
}
