using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace Sluice.Edge.Embedding;

/// <summary>The requests of the cache's own that the app is at. No server knows of them, so that the app's end waits for them here as a server does for its own.</summary>
internal sealed class PipelineRuns : IHostedService
{
    private readonly ConcurrentDictionary<Task, byte> open = new();

    /// <summary>Notes one until it ends.</summary>
    public void Add(Task run)
    {
        open[run] = 0;
        run.ContinueWith(ended => open.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits for them, as long as the host does.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        while (!open.IsEmpty && !cancellationToken.IsCancellationRequested) await Task.WhenAll(open.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
