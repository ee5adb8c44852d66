namespace Sluice.Monitoring.Alerts;

/// <summary>What is sent to webhook and command, as JSON.</summary>
internal sealed record AlertMessage
{
    /// <summary>The same for every attempt, and for the end of an alert another than for its begin; a receiver drops what it has seen.</summary>
    public required string Id { get; init; }

    /// <summary>firing, resolved or report.</summary>
    public required string Status { get; init; }

    /// <summary>The rule, or the report's period.</summary>
    public required string Rule { get; init; }

    /// <summary>critical, warning or informational.</summary>
    public required string Severity { get; init; }

    /// <summary>Name of the server.</summary>
    public required string Node { get; init; }

    /// <summary>For a person.</summary>
    public required string Message { get; init; }

    /// <summary>All that matters in one line, under the name that chats look for: incoming webhooks of Slack, Mattermost and Rocket.Chat show it, and refuse what has none.</summary>
    public string Text => $"[{(Status == "firing" ? Severity : Status)}] {Rule} on {Node}: {Message}";

    /// <summary>The value that made it.</summary>
    public double Value { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended; absent while it is on.</summary>
    public DateTimeOffset? Resolved { get; init; }

    /// <summary>The report, for one.</summary>
    public Reports.Report? Report { get; init; }
}
