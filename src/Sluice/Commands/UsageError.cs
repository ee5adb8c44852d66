using System.CommandLine;
using System.CommandLine.Parsing;
using Sluice.Configuration;

namespace Sluice.Commands;

/// <summary>Puts a wrong command line into one sentence, with what was probably meant.</summary>
internal static class UsageError
{
    /// <summary>The sentence.</summary>
    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = command is RootCommand ? "sluice" : "sluice " + string.Join(' ', Names(parsed.CommandResult).Reverse());
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var first, ..] && !first.StartsWith('-'))
            return $"there is no command {first}; {Meant(first, command.Subcommands.Select(c => c.Name))}see {path} --help";
        // A flag nobody knows comes first: a missing argument next to it is often the same slip.
        if (UnknownFlag(parsed) is { } flag)
            return $"{path} has no option {flag.Split('=')[0]}; {Meant(flag.Split('=')[0], AllOptions(parsed.CommandResult))}see {path} --help";
        if (parsed.UnmatchedTokens is [var word, ..])
            return $"{path} does not know what to do with \"{word}\"; see {path} --help";
        if (Empty(parsed) is { } empty)
            return $"{empty} is empty; see {path} --help";
        if (command.Arguments.FirstOrDefault(one => one.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(one) is null or { Tokens.Count: 0 }) is { Description: { } needed } missing)
            return $"{path} needs {missing.Name}: {needed.TrimEnd('.')}; see {path} --help";
        if (parsed.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(given => given.Option.ValueType == typeof(int) && given.Errors.Any()) is { Tokens: [{ Value: var text }] } number)
            return $"{number.Option.Name}: \"{text}\" is not a whole number; see {path} --help";
        if (command is { Subcommands.Count: > 0, Action: null })
            return $"{path} needs one of {string.Join(", ", command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name))}; see {path} --help";
        // The parser lists what it takes with tabs between.
        return $"{string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.')}; see {path} --help";
    }

    /// <summary>A flag that no command knows. The parser takes one for a positional argument where the command has room for one.</summary>
    public static string? UnknownFlag(ParseResult parsed) => parsed.UnmatchedTokens
        .Concat(parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value))
        .FirstOrDefault(t => t.StartsWith('-') && t.Length > 1);

    /// <summary>What was given an empty text, as by a script's variable that is not set. Only --token may be: then there is none.</summary>
    public static string? Empty(ParseResult parsed) => parsed.CommandResult.Children.Where(given => given.Tokens.Any(t => t.Value.Length == 0))
        .Select(given => given switch { OptionResult one => one.Option.Name, ArgumentResult one => one.Argument.Name, _ => null }).FirstOrDefault(name => name != "--token");

    private static string Meant(string written, IEnumerable<string> known) =>
        Suggestion.For(written, known) is { } near ? $"did you mean {near}? Otherwise " : "";

    // The innermost first.
    private static IEnumerable<string> Names(CommandResult? result)
    {
        for (var at = result; at is not null && at.Command is not RootCommand; at = at.Parent as CommandResult)
            yield return at.Command.Name;
    }

    private static IEnumerable<string> AllOptions(CommandResult result) =>
        result.Command.Options.SelectMany(o => o.Aliases.Append(o.Name)).Append("--help");
}
