using Microsoft.Extensions.Logging;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Alerts;

/// <summary>Tells of alerts and reports: to the log, and to every sink.</summary>
internal sealed partial class AlertTeller(string node, IReadOnlyList<AlertDelivery> deliveries, ILogger logger) : IAsyncDisposable
{
    /// <summary>The sinks that the settings name. What one has not taken is kept by its kind, so that a wrong address that was put right gets it.</summary>
    public static AlertTeller Create(MonitoringOptions options, RecordStore records, TimeProvider time, ILogger logger)
    {
        var deliveries = new List<AlertDelivery>();
        if (options.Targets.Webhook is { } url) deliveries.Add(new AlertDelivery(new WebhookSink(url, options.Targets.WebhookSecret, time), time, logger, new AlertOutbox(records, "webhook", logger)));
        if (!string.IsNullOrWhiteSpace(options.Targets.Command)) deliveries.Add(new AlertDelivery(new CommandSink(options.Targets.Command), time, logger, new AlertOutbox(records, "command", logger)));
        return new AlertTeller(options.Node, deliveries, logger);
    }

    /// <summary>Tells that an alert began or ended.</summary>
    public bool Tell(AlertNotice notice)
    {
        var item = AlertItems.Of(notice.Alert);
        if (notice.IsUnjudged) LogUnjudged(logger, item.Rule, item.Message);
        else if (item.Resolved is { } resolved) LogResolved(logger, item.Rule, (resolved - item.Started).TotalSeconds);
        else if (item.Severity == "critical") LogCritical(logger, item.Rule, item.Message);
        else LogWarning(logger, item.Rule, item.Message);
        Send(new AlertMessage
        {
            // Not by its number: those begin anew with a history that is in memory, or was deleted, and receivers drop what they have seen.
            Id = FormattableString.Invariant($"{node}-{item.Rule}-{notice.Alert.Started}-{(item.Resolved is null ? "firing" : "resolved")}"),
            Status = item.Resolved is null ? "firing" : "resolved",
            Rule = item.Rule,
            Severity = item.Severity,
            Node = node,
            Message = item.Message,
            Value = notice.Value,
            Started = item.Started,
            Resolved = item.Resolved,
        });
        return true;
    }

    /// <summary>Sends a report as an informational message (rows REP-01 to REP-03).</summary>
    public void Tell(Reports.Report report)
    {
        LogReport(logger, report.Title, report.Summary);
        Send(new AlertMessage
        {
            Id = FormattableString.Invariant($"{node}-{report.Period}-{report.From.ToUnixTimeSeconds()}"),
            Status = "report",
            Rule = "report-" + report.Period,
            Severity = "informational",
            Node = node,
            Message = report.Summary,
            Started = report.From,
            Report = report,
        });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var delivery in deliveries) await delivery.DisposeAsync();
    }

    private void Send(AlertMessage message)
    {
        foreach (var delivery in deliveries) delivery.Send(message);
    }

    [LoggerMessage(4212, LogLevel.Error, "Alert {Rule}: {Message}")]
    private static partial void LogCritical(ILogger logger, string rule, string message);

    [LoggerMessage(4213, LogLevel.Warning, "Alert {Rule}: {Message}")]
    private static partial void LogWarning(ILogger logger, string rule, string message);

    [LoggerMessage(4214, LogLevel.Information, "Alert {Rule} is over, after {Seconds:0} s")]
    private static partial void LogResolved(ILogger logger, string rule, double seconds);

    [LoggerMessage(4216, LogLevel.Warning, "Alert {Rule} ended: {Message}")]
    private static partial void LogUnjudged(ILogger logger, string rule, string message);

    [LoggerMessage(4215, LogLevel.Information, "{Title}: {Summary}")]
    private static partial void LogReport(ILogger logger, string title, string summary);
}
