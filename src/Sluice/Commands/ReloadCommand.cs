using System.CommandLine;
using Sluice.Api;
using Sluice.Hosting;

namespace Sluice.Commands;

/// <summary><c>sluice reload</c>.</summary>
internal static class ReloadCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("reload", "Have a running server read its configuration again: its routes change at once, other settings wait for a restart. With an error nothing changes. SIGHUP does the same to a server without a terminal.")
        {
            Examples = [("After editing sluice.json", "sluice config show > /dev/null && sluice reload")],
        };
        var api = new ApiFlags(command);
        command.SetAction((parsed, cancellation) => api.AskAsync(parsed, terminal, async client =>
        {
            var done = await client.PostAsync("/v1/reload", ApiJson.Wire.Reload, cancellation);
            if (api.Json(parsed))
                Output.Json(terminal.Out, done, ApiJson.Wire.Reload);
            else
                Output.Pairs(terminal.Out, ("added", Reload.Text(done.Added)), ("changed", Reload.Text(done.Changed)), ("removed", Reload.Text(done.Removed)), ("need a restart", Reload.Text(done.NeedRestart)));
            return ExitCode.Ok;
        }));
        return command;
    }
}
