using System.CommandLine;
using Sluice.Monitoring;
using Sluice.Monitoring.Checks;

namespace Sluice.Commands;

/// <summary><c>sluice check</c> and <c>sluice diagnose</c>.</summary>
internal static class CheckCommand
{
    /// <summary>Makes <c>sluice check</c>.</summary>
    public static Command CreateCheck(Terminal terminal) => Create(
        terminal, "check", "Answer the questions of a routine check. Exit code 1 when something is bad.", "morning, now or evening.", ["morning", "now", "evening"], ("Every four hours", "sluice check now"));

    /// <summary>Makes <c>sluice diagnose</c>.</summary>
    public static Command CreateDiagnose(Terminal terminal) => Create(
        terminal, "diagnose", "Answer the questions of a runbook with this server's own facts. Exit code 1 when something is bad.", "errors, cache or latency.", ["errors", "cache", "latency"], ("Requests fail", "sluice diagnose errors"));

    private static ProgramCommand Create(Terminal terminal, string name, string description, string which, string[] words, (string, string) example)
    {
        var command = new ProgramCommand(name, description) { Examples = [example] };
        var what = new Argument<string>("WHAT") { Description = which };
        what.AcceptOnlyFromAmong(words);
        command.Arguments.Add(what);
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var result = await client.GetAsync($"/v1/monitoring/check/{parsed.GetRequiredValue(what)}", MonitoringJson.Wire.CheckResult, cancellation);
            api.Write(parsed, terminal.Out, result, MonitoringJson.Wire.CheckResult, Write);
            return result.Verdict == "bad" ? ExitCode.Failure : ExitCode.Ok;
        }));
        return command;
    }

    private static void Write(TextWriter output, CheckResult result)
    {
        output.WriteLine($"{result.Title}: {result.Verdict}");
        foreach (var question in result.Questions)
        {
            output.WriteLine();
            output.WriteLine(question.Question);
            foreach (var fact in question.Facts)
                output.WriteLine($"  {(fact.Tone switch { "good" => "ok  ", "warning" => "warn", "bad" => "BAD ", _ => "    " })} {fact.Label}: {fact.Text}");
        }
    }
}
