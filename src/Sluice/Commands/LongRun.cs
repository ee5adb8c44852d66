using Sluice.Configuration;
using Sluice.Hosting;
using Sluice.Logging;

namespace Sluice.Commands;

/// <summary>What commands have in common that run until they are told to stop: the log on standard error, the signals, the exit code.</summary>
internal static class LongRun
{
    /// <summary>Runs until the work ends.</summary>
    public static async Task<int> RunAsync(SluiceOptions options, Terminal terminal, Func<ILoggerFactory, StopSignals, Task> work, CancellationToken cancellation)
    {
        await using var writer = new LineWriter(Console.OpenStandardError(), json: options.Logging.Format == "json");
        using var logging = LineLoggerProvider.CreateFactory(writer, options.Logging, terminal.Time);
        using var signals = new StopSignals(cancellation);
        try
        {
            await work(logging, signals);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (signals.Stopping.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
        catch (IOException e)
        {
            return terminal.Fail(ExitCode.Failure, e.Message);
        }
    }
}
