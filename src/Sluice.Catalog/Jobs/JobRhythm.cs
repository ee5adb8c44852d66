using Microsoft.Extensions.Logging;

namespace Sluice.Catalog.Jobs;

/// <summary>When workers look for jobs: now and then, and at once when this process has added one.</summary>
internal sealed class JobRhythm(TimeProvider time, ILogger logger)
{
    private TaskCompletionSource added = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    /// <summary>A job was added.</summary>
    public void Wake() => Interlocked.Exchange(ref added, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    /// <summary>Waits that long, or until <see cref="Wake"/>.</summary>
    public async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        var wake = Volatile.Read(ref added).Task;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(wake, Task.Delay(pause, time, over.Token));
        await over.CancelAsync();
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Waits that long, less when stopped.</summary>
    public Task RestAsync(TimeSpan pause, CancellationToken stop) => Task.WhenAny(Task.Delay(pause, time, stop));
}
