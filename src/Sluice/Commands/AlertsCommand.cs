using System.CommandLine;
using System.Globalization;
using Sluice.Monitoring;
using Sluice.Monitoring.Summary;

namespace Sluice.Commands;

/// <summary><c>sluice alerts</c>.</summary>
internal static class AlertsCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("alerts", "Show what is wrong now, and what was within seven days. Exit code 1 while a critical alert is on.")
        {
            Examples = [("In a script", "sluice alerts --json | jq '.[] | select(.resolved == null)'")],
        };
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var alerts = await client.GetAsync("/v1/monitoring/alerts", MonitoringJson.Wire.IReadOnlyListAlertItem, cancellation);
            if (api.Json(parsed)) Output.Json(terminal.Out, alerts, MonitoringJson.Wire.IReadOnlyListAlertItem);
            else if (alerts.Count == 0) terminal.Out.WriteLine("No alert is on, and none was within seven days.");
            foreach (var alert in api.Json(parsed) ? [] : alerts)
                terminal.Out.WriteLine(Line(alert));
            return alerts.Any(alert => alert is { Resolved: null, Severity: "critical" }) ? ExitCode.Failure : ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>An alert in one line; its end with a day where that is not the one it began on.</summary>
    public static string Line(AlertItem alert)
    {
        var began = alert.Started.UtcDateTime;
        var end = alert.Resolved?.UtcDateTime is { } ended ? ended.ToString(ended.Date == began.Date ? "' to 'HH:mm'Z'" : "' to 'yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) : "";
        return string.Create(CultureInfo.InvariantCulture, $"{(alert.Resolved is null ? "ON  " : "over")}  {alert.Severity,-13}  {began:yyyy-MM-dd HH:mm}Z{end}  {alert.Rule}: {alert.Message}");
    }
}
