using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Diagnosis;

namespace Sluice.Commands;

/// <summary><c>sluice doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("doctor", "Check configuration, cache directory, origins, Redis, catalog, ports, limits and tools, and say what to do. Takes what serve takes. Exit code 1 when something would not work.")
        {
            Examples = [("Would this serve?", "sluice doctor s3://media --endpoint http://127.0.0.1:9000"), ("Does the origin answer ranges?", "sluice doctor http://10.0.0.5:9000 --path /clip.mp4")],
        };
        var flags = new ConfigurationFlags();
        flags.AddTo(command);
        var path = new Option<string?>("--path") { HelpName = "PATH", Description = "A path that exists, to ask the origins for." };
        var json = new Option<bool>("--json") { Description = "Write the report as JSON." };
        command.Options.Add(path);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (options, errors) = flags.Load(parsed, terminal);
            var doctor = new Doctor(NullLoggerFactory.Instance, terminal.Time);
            var report = await doctor.ExamineAsync(options, errors, parsed.GetValue(path), cancellation);
            if (parsed.GetValue(json))
                Output.Json(terminal.Out, report, DoctorJson.Default.DoctorReport);
            else
                Write(terminal.Out, report);
            return report.Ok ? ExitCode.Ok : ExitCode.Failure;
        });
        return command;
    }

    private static void Write(TextWriter output, DoctorReport report)
    {
        foreach (var finding in report.Findings)
        {
            var mark = finding.Level switch { FindingLevel.Ok => '✓', FindingLevel.Warning => '!', _ => '✗' };
            output.WriteLine($"{mark} {finding.Subject}: {finding.Text}");
            if (finding.Advice is not null)
                output.WriteLine($"    {finding.Advice}");
        }
        var failures = report.Findings.Count(f => f.Level == FindingLevel.Failure);
        output.WriteLine();
        output.WriteLine(failures == 0 ? "Ready to serve." : failures == 1 ? "One thing would not work." : $"{failures} things would not work.");
    }
}
