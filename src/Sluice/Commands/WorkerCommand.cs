using System.CommandLine;
using Sluice.Configuration;
using Sluice.Core.Processes;
using Sluice.Hosting;
using Sluice.Redis;

namespace Sluice.Commands;

/// <summary><c>sluice worker</c>.</summary>
internal static class WorkerCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new ProgramCommand("worker", "Transcode videos of the catalog, until Ctrl-C. As many workers as you like, on as many machines, share the work.")
        {
            Examples =
            [
                ("Beside a server on this machine that has catalog.workers 0", "sluice worker --catalog /var/lib/sluice/catalog"),
                ("With the configuration of the servers, two videos at once", "sluice worker --config /etc/sluice/sluice.json --workers 2"),
            ],
        };
        var flags = new ConfigurationFlags();
        flags.AddTo(command, flag => flag is "--catalog" or "--workers" or "--redis" or "--log-level" or "--log-format");
        command.SetAction(async (parsed, cancellation) =>
        {
            var (options, errors) = flags.Load(parsed, terminal);
            if (errors.Count > 0)
                return ConfigurationFlags.Complain(errors, terminal);
            if (options.Catalog.Workers == 0 && flags.Has(parsed, "--workers"))
                return terminal.Fail(ExitCode.Usage, "--workers 0 leaves nothing to do for a worker; name 1 or more");
            return await WorkAsync(options, terminal, cancellation);
        });
        return command;
    }

    private static Task<int> WorkAsync(SluiceOptions options, Terminal terminal, CancellationToken cancellation) => LongRun.RunAsync(options, terminal, async (logging, signals) =>
    {
        // Configured for servers that leave the work to this.
        if (options.Catalog.Workers == 0)
            options.Catalog.Workers = 1;
        // It would take one video after the other and fail them all, those that others could transcode too.
        if (Array.Find(["ffmpeg", "ffprobe"], tool => ToolCommand.Find(tool, Environment.GetEnvironmentVariable("PATH")) is null) is { } missing)
            throw new IOException($"{missing} is not on PATH: install ffmpeg 5.1 or later, with ffprobe (Debian: apt install ffmpeg).");
        await using var redis = RedisSetup.Options(options.Redis) is { } shared ? new RedisNode(shared, terminal.Time, logging) : null;
        if (redis is not null)
            await redis.StartAsync(signals.Stopping);
        await using var host = CatalogHost.Start(options, null, redis?.Stores, CatalogHost.PublicUrl(options.Edge, options.Edge.Listen), logging, terminal.Time);
        await host.OpenAsync(signals.Stopping);
        await terminal.TellAsync(terminal.Out, $"Sluice {ProgramVersion.Text} transcodes {(options.Catalog.Workers == 1 ? "one video" : $"{options.Catalog.Workers} videos")} at a time, into {options.Catalog.Files()}{Environment.NewLine}");
        await signals.Requested;
        await terminal.TellAsync("sluice: stopping; what is being transcoded is left to another worker");
    }, cancellation);
}
