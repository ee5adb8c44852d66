using Microsoft.Extensions.Logging;

namespace Sluice.S3.Downloads;

public sealed partial class S3DownloadCache
{
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(2);

    private readonly ITimer timer;
    private readonly CancellationTokenSource closing = new();
    private Task tidying = Task.CompletedTask;

    /// <summary>Ends what is under way (its callers get <see cref="OperationCanceledException"/>, and nothing half-done stays), writes what was counted, and lets go of the directory.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
        }
        await timer.DisposeAsync();
        await closing.CancelAsync();
        await flights.CloseAsync();
        await Volatile.Read(ref tidying);
        await prefetching;
        await fetcher.CloseAsync();
        store?.Dispose();
        foreach (var old in retired) old.Dispose();
        foreach (var source in sources.Values) source.Dispose();
        refuge.Close();
    }

    // Elsewhere: what it waits for could have to come back to this thread, as with that of a window.
    /// <inheritdoc/>
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    private void Tidy()
    {
        if (Volatile.Read(ref store) is not { } open) return;
        open.Sign();
        if (!Volatile.Read(ref tidying).IsCompleted) return;
        Volatile.Write(ref tidying, Task.Run(() => Tidy(open)));
    }

    private void Tidy(DownloadStore open)
    {
        // Of an index that was replaced there is nothing to look after; who opens the new one does.
        if (!open.IsCurrent) return;
        try
        {
            open.EndAbandoned();
            open.Flush();
            if (open.Sweep(always: false, closing.Token)) refuge.Sweep();
        }
        catch (Exception failure) when (DownloadTrouble.Is(failure))
        {
            log.LogDebug(DownloadEvents.CleaningFailed, failure, "Cleaning failed; it is tried again");
        }
    }
}
