using System.Threading.Channels;
using Sluice.Core.Tags;
using Sluice.Core.Telemetry;
using Sluice.Edge;
using Sluice.Video.Variants;

namespace Sluice.Hosting;

/// <summary>Fetches or makes again what viewers asked for of late and is void since its source changed: one after another, the smallest of each source first, and nobody waits for it.</summary>
internal sealed partial class Rewarmer : IAsyncDisposable
{
    /// <summary>So many wait; what comes on top is left to its viewers.</summary>
    private const int Most = 1000;

    private readonly Channel<string> waiting = Channel.CreateBounded<string>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    private readonly CancellationTokenSource stop = new();
    private readonly SluiceEdge edge;
    private readonly ILogger<Rewarmer> logger;
    private readonly Task running;

    public Rewarmer(SluiceEdge edge, ILogger<Rewarmer> logger)
    {
        (this.edge, this.logger) = (edge, logger);
        running = Task.Run(RunAsync);
    }

    /// <summary>Takes what a purge says was hot; answers for how much of it there was room.</summary>
    public int Take(PurgeReceipt receipt) => receipt.Hot.OrderBy(each => each.Metadata.Length).Count(each => UrlOf(each) is { } url && waiting.Writer.TryWrite(url));

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    /// <summary>The path and query that a viewer would ask by: an object has them for its name, a variant tells them.</summary>
    private static string? UrlOf(PurgedObject purged) => purged.Target.StartsWith('/') ? purged.Target : VideoTransform.UrlOf(purged.Metadata);

    private async Task RunAsync()
    {
        try
        {
            await foreach (var url in waiting.Reader.ReadAllAsync(stop.Token)) await WarmAsync(url);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What is left is fetched for whoever asks for it.
        }
    }

    private async Task WarmAsync(string url)
    {
        try
        {
            var warmed = await edge.WarmAsync(url, "events", stop.Token);
            if (!warmed.IsHeld) LogLeft(QueryRedaction.RedactTarget(url), warmed.Reason ?? "no reason told");
        }
        catch (IOException failure)
        {
            LogLeft(QueryRedaction.RedactTarget(url), failure.Message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // Nobody waits for this: it would end all that is to come, and with it the saving of the index when the server stops.
            LogFailed(QueryRedaction.RedactTarget(url), failure);
        }
    }

    [LoggerMessage(3014, LogLevel.Debug, "{Url} changed and was asked for often; it was not brought again: {Reason}")]
    private partial void LogLeft(string url, string reason);

    [LoggerMessage(3015, LogLevel.Error, "{Url} changed and could not be brought again; this is a defect, please report it with this line")]
    private partial void LogFailed(string url, Exception failure);
}
