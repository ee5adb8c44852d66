using System.CommandLine;
using System.CommandLine.Help;

namespace Sluice.Commands;

/// <summary>The command line of the program.</summary>
internal static class SluiceCommand
{
    /// <summary>Parses and runs. Whatever goes wrong ends as one line on standard error and an exit code.</summary>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellation = default)
    {
        var root = Create(terminal);
        var parsed = root.Parse(args is ["help", .. var about] ? [.. about, "--help"] : args);
        var isWrong = parsed.Action is CommandHelp
            ? parsed is { CommandResult.Command.Subcommands.Count: > 0, UnmatchedTokens: [var unknown, ..] } && !unknown.StartsWith('-')
            : parsed.Errors.Count > 0 || UsageError.UnknownFlag(parsed) is not null || UsageError.Empty(parsed) is not null;
        if (isWrong)
            return terminal.Fail(ExitCode.Usage, UsageError.Describe(parsed));
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What commands do not know of themselves: results that go to a full disk, or to a stream that was closed.
            return terminal.Fail(ExitCode.Failure, (e is UnauthorizedAccessException { InnerException: { } inner } ? inner : e).Message);
        }
    }

    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand("Sluice: a self-hosted media delivery cache for folders, HTTP servers and buckets.");
        root.Options.Clear();
        root.Options.Add(new HelpOption { Recursive = true, Description = "Show this help.", Action = new CommandHelp(terminal) });
        root.Subcommands.Add(ServeCommand.Create(terminal));
        root.Subcommands.Add(ReloadCommand.Create(terminal));
        root.Subcommands.Add(WorkerCommand.Create(terminal));
        root.Subcommands.Add(UploadCommand.Create(terminal));
        root.Subcommands.Add(VideosCommand.Create(terminal));
        root.Subcommands.Add(StatsCommand.Create(terminal));
        root.Subcommands.Add(TopCommand.Create(terminal));
        root.Subcommands.Add(AlertsCommand.Create(terminal));
        root.Subcommands.Add(ReportCommand.Create(terminal));
        root.Subcommands.Add(CheckCommand.CreateCheck(terminal));
        root.Subcommands.Add(CheckCommand.CreateDiagnose(terminal));
        root.Subcommands.Add(SimulateCommand.Create(terminal));
        root.Subcommands.Add(PurgeCommand.Create(terminal));
        root.Subcommands.Add(WarmCommand.Create(terminal));
        root.Subcommands.Add(ExplainCommand.Create(terminal));
        root.Subcommands.Add(PresignCommand.Create(terminal));
        root.Subcommands.Add(GetCommand.Create(terminal));
        root.Subcommands.Add(CacheCommand.Create(terminal));
        root.Subcommands.Add(VariantsCommand.Create(terminal));
        root.Subcommands.Add(DoctorCommand.Create(terminal));
        root.Subcommands.Add(ConfigCommand.Create(terminal));
        root.Subcommands.Add(VersionCommand.Create(terminal));
        var version = new Option<bool>("--version") { Description = "Show the version." };
        root.Options.Add(version);
        root.SetAction(parsed =>
        {
            if (parsed.GetValue(version))
                return VersionCommand.Write(terminal);
            CommandHelp.Write(root, terminal);
            return ExitCode.Ok;
        });
        return root;
    }
}
