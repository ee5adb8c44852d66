using System.CommandLine;
using Sluice.Configuration;

namespace Sluice.Commands;

/// <summary>The options of commands that read the configuration: made from the list of settings, so that a flag, its default and its meaning cannot differ from the file's.</summary>
internal sealed class ConfigurationFlags
{
    private readonly Option<string?> _file = new("--config") { HelpName = "FILE", Description = $"Configuration file. Default: ./{ConfigurationLoader.DefaultFile} where there is one." };
    private readonly List<Option<string?>> _flags = [];

    private readonly Argument<string?> _origin = new("ORIGIN")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "What to serve: a folder, http(s)://HOST[:PORT][/PREFIX] or s3://BUCKET[/PREFIX]. Not needed where the file has routes.",
    };

    /// <summary>Adds them, and the origin to serve, to a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_origin);
        AddTo(command, _ => true);
    }

    /// <summary>Adds the file, and those flags that say something to a command.</summary>
    public void AddTo(Command command, Predicate<string> isWanted)
    {
        command.Options.Add(_file);
        foreach (var setting in SettingTree.Root.References(""))
        {
            // A flag that belongs to ORIGIN has a setting in every place where an origin may stand.
            if (setting.Flag is null || !isWanted(setting.Flag) || _flags.Exists(f => f.Name == setting.Flag))
                continue;
            var option = new Option<string?>(setting.Flag) { HelpName = HelpName(setting.Kind), Description = $"{setting.Meaning} Default: {setting.Default}." };
            _flags.Add(option);
            command.Options.Add(option);
        }
    }

    /// <summary>Loads the configuration that a command line asks for.</summary>
    public (SluiceOptions Options, IReadOnlyList<ConfigurationError> Errors) Load(ParseResult parsed, Terminal terminal) => ConfigurationLoader.Load(new ConfigurationSources
    {
        File = parsed.GetValue(_file),
        Environment = terminal.Environment,
        Flags = _flags.Where(f => Has(parsed, f.Name)).ToDictionary(f => f.Name, f => parsed.GetValue(f) ?? ""),
        Origin = parsed.CommandResult.Command.Arguments.Contains(_origin) ? parsed.GetValue(_origin) : null,
    });

    /// <summary>True when a flag was given.</summary>
    public bool Has(ParseResult parsed, string flag) => _flags.Exists(f => f.Name == flag && parsed.GetResult(f) is not null);

    /// <summary>Writes every error, one line each.</summary>
    public static int Complain(IReadOnlyList<ConfigurationError> errors, Terminal terminal)
    {
        foreach (var error in errors)
            terminal.Complain(error.ToString());
        return ExitCode.Usage;
    }

    private static string HelpName(string kind) => kind.StartsWith("one of", StringComparison.Ordinal) ? "WORD" : kind.ToUpperInvariant();
}
