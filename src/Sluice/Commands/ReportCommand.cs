using System.CommandLine;
using Sluice.Monitoring;
using Sluice.Monitoring.Reports;

namespace Sluice.Commands;

/// <summary><c>sluice report</c>.</summary>
internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("report", "Report on the last day, week or month: numbers against the period before, regressions, alerts, advice.")
        {
            Examples = [("A page to send on", "sluice report week --html week.html")],
        };
        var period = new Argument<string>("PERIOD") { Description = "day, week or month." };
        period.AcceptOnlyFromAmong("day", "week", "month");
        var html = new Option<string?>("--html") { HelpName = "FILE", Description = "Write it as a page that needs nothing else; - for standard output." };
        command.Arguments.Add(period);
        command.Options.Add(html);
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var report = await client.GetAsync($"/v1/monitoring/report?period={parsed.GetRequiredValue(period)}", MonitoringJson.Wire.Report, cancellation);
            if (parsed.GetValue(html) is { } file) return await SaveAsync(ReportHtml.Render(report), file, terminal, cancellation);
            api.Write(parsed, terminal.Out, report, MonitoringJson.Wire.Report, Write);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static async Task<int> SaveAsync(string page, string file, Terminal terminal, CancellationToken cancellation)
    {
        try
        {
            if (file == "-") await terminal.Out.WriteAsync(page);
            else await File.WriteAllTextAsync(file, page, cancellation);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(ExitCode.Failure, $"--html: {e switch
            {
                DirectoryNotFoundException => $"there is no folder {Path.GetDirectoryName(Path.GetFullPath(file))}; make it, or choose another",
                _ when Directory.Exists(file) => $"{file} is a folder; name a file in it",
                UnauthorizedAccessException => $"{file} may not be written by this user; choose another",
                _ => e.Message,
            }}");
        }
    }

    private static void Write(TextWriter output, Report report)
    {
        output.WriteLine(report.Title);
        output.WriteLine(report.Summary);
        foreach (var group in report.Lines.GroupBy(line => line.Group))
        {
            output.WriteLine();
            Output.Table(output, [group.Key, "now", "before", "target", ""], group.Select(line => (string[])[line.Label, line.Text, line.Before, line.Target, line.Tone == "bad" ? "missed" : ""]));
        }

        List("Got worse", report.Regressions);
        List("Alerts", [.. report.Alerts.Select(ReportHtml.AlertLine)]);
        List("What could be done", report.Advice);

        void List(string title, IReadOnlyList<string> items)
        {
            output.WriteLine();
            output.WriteLine(items.Count == 0 ? $"{title}: nothing" : title);
            foreach (var item in items) output.WriteLine("  - " + item);
        }
    }
}
