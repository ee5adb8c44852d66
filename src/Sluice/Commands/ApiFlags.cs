using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Sluice.Configuration;

namespace Sluice.Commands;

/// <summary>The options of commands that ask a running server.</summary>
internal sealed class ApiFlags
{
    /// <summary>Environment variable of the token.</summary>
    public const string TokenVariable = "SLUICE_API_TOKEN";

    private static readonly string DefaultApi = new ApiSection().Listen.Url;

    private readonly Option<string?> _api = new("--api") { HelpName = "URL", Description = $"Address of the server's API. Default: {DefaultApi}." };
    private readonly Option<string?> _token = new("--token") { HelpName = "TOKEN", Description = $"Its token, where it has one. Default: {TokenVariable}, which does not show in the list of processes." };
    private readonly Option<bool> _json = new("--json") { Description = "Write the answer as JSON." };

    /// <summary>Adds them to a command.</summary>
    public ApiFlags(Command command)
    {
        command.Options.Add(_json);
        command.Options.Add(_api);
        command.Options.Add(_token);
    }

    /// <summary>True when JSON is wanted.</summary>
    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Writes an answer: as JSON where that is wanted, else as text.</summary>
    public void Write<T>(ParseResult parsed, TextWriter output, T answer, JsonTypeInfo<T> type, Action<TextWriter, T> text)
    {
        if (Json(parsed)) Output.Json(output, answer, type);
        else text(output, answer);
    }

    /// <summary>Asks the server, and turns whatever goes wrong into one line and an exit code.</summary>
    public async Task<int> AskAsync(ParseResult parsed, Terminal terminal, Func<ApiClient, Task<int>> ask)
    {
        var address = parsed.GetValue(_api) ?? DefaultApi;
        // The value of serve's --api is taken as well: same flag, same place.
        if (!ValueKinds.Url.Parse(address.Contains("://", StringComparison.Ordinal) ? address : "http://" + address, out var url))
            return terminal.Fail(ExitCode.Usage, $"--api: {ValueKinds.Url.Problem(address)}; write one such as {DefaultApi}");
        var token = parsed.GetValue(_token) ?? terminal.Environment.GetValueOrDefault(TokenVariable);
        if (token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return terminal.Fail(ExitCode.Usage, $"{(parsed.GetValue(_token) is null ? TokenVariable : "--token")}: has a space, a line break or a character beyond ASCII, as no token has; leave it out");
        using var client = new ApiClient(url!, token, terminal.Time);
        try
        {
            return await ask(client);
        }
        catch (ApiException e)
        {
            return terminal.Fail(e.ExitCode, e.Message);
        }
    }
}
