using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sluice.Commands;

/// <summary>Writes help: usage, arguments, options, examples, exit codes.</summary>
internal sealed class CommandHelp(Terminal terminal) : SynchronousCommandLineAction
{
    private const int Narrowest = 50, Widest = 100;

    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, terminal);
        return ExitCode.Ok;
    }

    /// <summary>Writes the help of a command.</summary>
    public static void Write(Command command, Terminal terminal)
    {
        var (output, width) = (terminal.Out, terminal.IsScreen ? Math.Clamp(terminal.Width(), Narrowest, Widest) : Widest);
        WriteText(output, "", command.Description ?? "", width);
        output.WriteLine();
        output.WriteLine($"Usage: {Usage(command)}");
        var commands = command.Subcommands.Where(c => !c.Hidden).ToList();
        WriteSection(output, "Commands", commands.Select(c => (c.Name, c.Description ?? "")), width);
        WriteSection(output, "Arguments", command.Arguments.Select(a => (Label(a), a.Description ?? "")), width);
        WriteSection(output, "Options", Options(command).Select(o => (Label(o), o.Description ?? "")), width);
        if (command is ProgramCommand { Examples.Count: > 0 } program)
        {
            output.WriteLine();
            output.WriteLine("Examples:");
            foreach (var (what, line) in program.Examples)
                output.WriteLine($"  # {what}{Environment.NewLine}  {line}");
        }
        output.WriteLine();
        WriteText(output, "", commands.Count > 0
            ? $"{Path(command)} COMMAND --help tells more about a command. Every setting: docs/configuration.md."
            : "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 no server answers, 4 refused, 5 no such object, 130 interrupted.", width);
    }

    private static string Usage(Command command)
    {
        var usage = Path(command);
        if (command.Subcommands.Count > 0)
            return usage + " COMMAND [OPTIONS]";
        foreach (var argument in command.Arguments)
            usage += argument.Arity.MinimumNumberOfValues == 0 ? $" [{Label(argument)}]" : $" {Label(argument)}";
        return usage + " [OPTIONS]";
    }

    private static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "sluice";

    // Its own, then --help, which the root lends to all.
    private static IEnumerable<Option> Options(Command command) =>
        command.Options.Where(o => !o.Hidden && o is not HelpOption).Concat(Ancestors(command).SelectMany(c => c.Options).Where(o => o.Recursive));

    private static IEnumerable<Command> Ancestors(Command command) =>
        command.Parents.OfType<Command>().SelectMany(Ancestors).Prepend(command);

    private static string Label(Argument argument) => argument.HelpName ?? argument.Name.ToUpperInvariant();

    private static string Label(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(a => a.Length == 2 && a[0] == '-').Append(option.Name));
        return option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool) ? names : $"{names} {option.HelpName ?? "VALUE"}";
    }

    private static void WriteSection(TextWriter output, string title, IEnumerable<(string Label, string Text)> rows, int width)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine($"{title}:");
        var indent = Math.Min(all.Max(r => r.Label.Length), 28) + 4;
        foreach (var (label, text) in all)
        {
            var line = "  " + label.PadRight(indent - 2);
            if (label.Length > indent - 4)
            {
                output.WriteLine(line.TrimEnd());
                line = new string(' ', indent);
            }
            WriteText(output, line, text, width);
        }
    }

    /// <summary>Words beside what a line begins with, and below them what goes beyond it.</summary>
    private static void WriteText(TextWriter output, string line, string text, int width)
    {
        var indent = line.Length;
        foreach (var word in text.Split(' '))
        {
            if (line.Length > indent && line.Length + word.Length >= width)
            {
                output.WriteLine(line);
                line = new string(' ', indent);
            }
            line += line.Length == indent ? word : " " + word;
        }
        output.WriteLine(line.TrimEnd());
    }
}
