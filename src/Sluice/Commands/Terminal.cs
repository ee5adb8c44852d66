using System.Buffers;
using System.Collections;

namespace Sluice.Commands;

/// <summary>What a command talks to.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Errors and progress.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="Time">The clock.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, IReadOnlyDictionary<string, string> Environment, TimeProvider Time)
{
    private static readonly SearchValues<char> Orders = SearchValues.Create([.. Enumerable.Range(0, 0xa0).Select(static code => (char)code).Where(static c => char.IsControl(c) && c != '\t')]);

    /// <summary>True when a person watches <see cref="Error"/>: progress may overwrite its line.</summary>
    public bool IsWatched { get; init; }

    /// <summary>Columns of the screen that <see cref="Error"/> is.</summary>
    public Func<int> Width { get; init; } = static () => 80;

    /// <summary>True when <see cref="Out"/> is a screen, not a file or pipe.</summary>
    public bool IsScreen { get; init; }

    /// <summary>Results that are bytes.</summary>
    public Func<Stream> Bytes { get; init; } = static () => Stream.Null;

    /// <summary>The one the program was started from.</summary>
    public static Terminal OfProcess() => new(Console.Out, Console.Error,
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? ""), TimeProvider.System)
    {
        IsWatched = !Console.IsErrorRedirected,
        Width = static () => Console.WindowWidth is > 0 and var columns ? columns : 80,
        IsScreen = !Console.IsOutputRedirected,
        Bytes = Console.OpenStandardOutput,
    };

    /// <summary>Writes one line about an error, whatever line breaks the text holds. Where that cannot be written the exit code has to do.</summary>
    public void Complain(string message)
    {
        try
        {
            Error.WriteLine("sluice: " + Harmless(message.ReplaceLineEndings(" ")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, or a stream that was closed.
        }
    }

    /// <summary>Complains, for the exit code to return.</summary>
    public int Fail(int code, string message)
    {
        Complain(message);
        return code;
    }

    /// <summary>Writes a name as a result: to a screen as ls does, for anything else as it is.</summary>
    public void WriteName(string name) => Out.WriteLine(IsScreen ? Harmless(name) : name);

    /// <summary>Text that others chose, such as the key of an object, without what a screen would obey: it could write over what stands there, or type into the shell.</summary>
    public static string Harmless(string text) => text.AsSpan().ContainsAny(Orders) ? string.Concat(text.Select(static c => Orders.Contains(c) ? '?' : c)) : text;

    /// <summary>Writes a line to standard error, as the other.</summary>
    public Task TellAsync(string line) => TellAsync(Error, line + System.Environment.NewLine);

    /// <summary>Writes what a server may do without, unless it cannot be written, or nobody takes it within a second: a full disk must not keep the program from serving, nor a pipe that is not read from stopping.</summary>
    public Task TellAsync(TextWriter to, string text) => Task.WhenAny(
        Task.Run(() =>
        {
            to.Write(text);
            to.Flush();
        }),
        Task.Delay(TimeSpan.FromSeconds(1), Time));
}
