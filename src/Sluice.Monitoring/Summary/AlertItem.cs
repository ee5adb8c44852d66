namespace Sluice.Monitoring.Summary;

/// <summary>An alert, on or past.</summary>
/// <param name="Rule">The rule that raised it.</param>
/// <param name="Severity">critical, warning or informational.</param>
/// <param name="Message">What is the matter, and what to look at.</param>
/// <param name="Value">The value that raised it.</param>
/// <param name="Started">When it began.</param>
/// <param name="Resolved">When it ended; absent while it is on.</param>
public sealed record AlertItem(string Rule, string Severity, string Message, double Value, DateTimeOffset Started, DateTimeOffset? Resolved)
{
    /// <summary>The server it is about; absent where only one is looked at.</summary>
    public string? Node { get; init; }
}
