namespace Sluice.Monitoring.Reports;

/// <summary>A number of a report.</summary>
/// <param name="Group">What it belongs to: Media, Presigned URLs, Tiers, Savings.</param>
/// <param name="Label">What it is.</param>
/// <param name="Text">As shown.</param>
/// <param name="Before">The one of the period before, as shown.</param>
/// <param name="Target">What it should be, where there is a requirement.</param>
/// <param name="Tone">good, bad, or empty where there is no target.</param>
public sealed record ReportLine(string Group, string Label, string Text, string Before, string Target = "", string Tone = "");
