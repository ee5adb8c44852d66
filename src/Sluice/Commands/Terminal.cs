using System.Collections;

namespace Sluice.Commands;

/// <summary>What a command talks to.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Errors and progress.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="Time">The clock.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, IReadOnlyDictionary<string, string> Environment, TimeProvider Time)
{
    /// <summary>True when a person watches <see cref="Error"/>: progress may overwrite its line.</summary>
    public bool IsWatched { get; init; }

    /// <summary>Columns of the screen that <see cref="Error"/> is.</summary>
    public Func<int> Width { get; init; } = static () => 80;

    /// <summary>Results that are bytes.</summary>
    public Func<Stream> Bytes { get; init; } = static () => Stream.Null;

    /// <summary>The one the program was started from.</summary>
    public static Terminal OfProcess() => new(Console.Out, Console.Error,
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? ""), TimeProvider.System)
    {
        IsWatched = !Console.IsErrorRedirected,
        Width = static () => Console.WindowWidth is > 0 and var columns ? columns : 80,
        Bytes = Console.OpenStandardOutput,
    };

    /// <summary>Writes one line about an error, whatever line breaks the text holds.</summary>
    public void Complain(string message) => Error.WriteLine("sluice: " + message.ReplaceLineEndings(" "));
}
