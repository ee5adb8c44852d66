namespace Sluice.S3.Downloads;

/// <summary>A lookup or download that any number of callers wait for. When the last one leaves it is stopped.</summary>
internal sealed class DownloadFlight(TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource stop = new();
    private readonly List<DownloadListener> listeners = [];
    private readonly Lock gate = new();
    private int waiters = 1;
    private long arrived, total, reported;

    /// <summary>True when it had more than one caller. Final once it has ended, since nobody joins then.</summary>
    public bool WasJoined { get; private set; }

    /// <summary>How it ends.</summary>
    public Task<DownloadFound> Task { get; private set; } = null!;

    /// <summary>Begins it.</summary>
    public void Start(Func<DownloadFlight, CancellationToken, Task<DownloadFound>> run) => Task = System.Threading.Tasks.Task.Run(() => run(this, stop.Token));

    /// <summary>One caller more; false when all have left already.</summary>
    public bool TryJoin()
    {
        lock (gate)
        {
            if (waiters == 0) return false;
            waiters++;
            return WasJoined = true;
        }
    }

    /// <summary>One caller less, and who it told is told no more.</summary>
    public void Leave(DownloadListener? listener)
    {
        lock (gate)
        {
            if (listener is not null) listeners.Remove(listener);
            if (--waiters > 0) return;
        }
        if (!Task.IsCompleted) stop.Cancel();
    }

    /// <summary>Stops it for everybody.</summary>
    public void Stop() => stop.Cancel();

    /// <summary>Tells a caller how far it is, from now on.</summary>
    public void Tell(DownloadListener listener)
    {
        lock (gate) listeners.Add(listener);
    }

    /// <summary>A download begins, perhaps for the second time.</summary>
    public void Begin(long length) => (arrived, total, reported) = (0, length, time.GetTimestamp());

    /// <summary>Bytes were written.</summary>
    public void Arrived(int count)
    {
        var now = Interlocked.Add(ref arrived, count);
        var last = Volatile.Read(ref reported);
        if (now < total && (time.GetElapsedTime(last) < Between || Interlocked.CompareExchange(ref reported, time.GetTimestamp(), last) != last)) return;
        DownloadListener[] told;
        lock (gate) told = [.. listeners];
        foreach (var listener in told) listener.Report(new(now, total));
    }
}
