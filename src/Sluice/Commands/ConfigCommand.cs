using System.CommandLine;
using Sluice.Configuration;

namespace Sluice.Commands;

/// <summary><c>sluice config</c>: what is in force, and what could be set.</summary>
internal static class ConfigCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("config", "Show the configuration in force, its JSON Schema or the list of settings.")
        {
            Examples = [("What would serve do here?", "sluice config show ./media --memory 1GB"), ("Completion in editors", "sluice config schema > sluice.schema.json")],
        };
        var flags = new ConfigurationFlags();
        var show = new ProgramCommand("show", "Check file, environment and flags as serve would, and print the result as JSON. Secrets are masked.");
        flags.AddTo(show);
        show.SetAction(parsed =>
        {
            var (options, errors) = flags.Load(parsed, terminal);
            if (errors.Count > 0)
                return ConfigurationFlags.Complain(errors, terminal);
            terminal.Out.WriteLine(SettingsText.Json(SettingTree.Root.Show(options)));
            return ExitCode.Ok;
        });
        var schema = new ProgramCommand("schema", "Print the JSON Schema of sluice.json.");
        schema.SetAction(_ =>
        {
            terminal.Out.Write(SettingsText.Schema());
            return ExitCode.Ok;
        });
        var reference = new ProgramCommand("reference", "Print every setting with its default, environment variable and flag, as a Markdown table.");
        reference.SetAction(_ =>
        {
            terminal.Out.Write(SettingsText.Reference());
            return ExitCode.Ok;
        });
        command.Subcommands.Add(show);
        command.Subcommands.Add(schema);
        command.Subcommands.Add(reference);
        return command;
    }
}
