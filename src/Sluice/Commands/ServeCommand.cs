using System.CommandLine;
using Sluice.Configuration;
using Sluice.Hosting;

namespace Sluice.Commands;

/// <summary><c>sluice serve</c>.</summary>
internal static class ServeCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("serve", "Serve an origin through the cache, until Ctrl-C.")
        {
            Examples =
            [
                ("A folder", "sluice serve ./media"),
                ("An HTTP server, reachable from other machines, with 1 GB of memory", "sluice serve http://10.0.0.5:9000/videos --edge 0.0.0.0:8081 --memory 1GB"),
                ("A bucket on AWS, then one on another S3 server", "sluice serve s3://media/public --region eu-central-1" + Environment.NewLine + "  sluice serve s3://media --endpoint http://127.0.0.1:9000 --profile minio"),
                ("Everything from a file", "sluice serve --config /etc/sluice/sluice.json"),
            ],
        };
        var flags = new ConfigurationFlags();
        flags.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (options, errors) = flags.Load(parsed, terminal);
            if (errors.Count > 0)
                return ConfigurationFlags.Complain(errors, terminal);
            if (options.Routes.Count > 0 || (options.Catalog.Enabled && options.Catalog.IsWritten()))
                return await ServeAsync(options, () => flags.Load(parsed, terminal), terminal, cancellation);
            return terminal.Fail(ExitCode.Usage, "there is nothing to serve; name an ORIGIN, such as: sluice serve ./media (or write routes into sluice.json)");
        });
        return command;
    }

    private static Task<int> ServeAsync(SluiceOptions options, Func<(SluiceOptions, IReadOnlyList<ConfigurationError>)> load, Terminal terminal, CancellationToken cancellation) => LongRun.RunAsync(options, terminal, async (logging, signals) =>
    {
        var up = new TaskCompletionSource<Server>();
        // Where no terminal can end, SIGHUP means what it means to servers. One that comes while the server starts waits for it: it may be about what was written after the file was read.
        if (Console.IsInputRedirected)
            signals.HangUp = () => _ = up.Task.ContinueWith(started => started.Result.Reload(), TaskScheduler.Default);
        await using var server = await Server.StartAsync(options, load, logging, terminal.Time, signals.Stopping);
        // Standard output belongs to the access log where that was asked for.
        await terminal.TellAsync(options.Logging.AccessLog == "stdout" ? terminal.Error : terminal.Out, Greeting.For(options, server.Edge, server.Api));
        up.SetResult(server);
        await signals.Requested;
        await terminal.TellAsync($"sluice: stopping; requests in flight have {Server.Grace.TotalSeconds:0} s to finish (Ctrl-C again to leave at once)");
    }, cancellation);
}
