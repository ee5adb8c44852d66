using System.Threading.Tasks.Sources;

namespace Sluice.Edge.Transport;

/// <summary>Something that may have happened since it was last looked at. One waits, who is continued on the thread that tells.</summary>
internal sealed class Signal : IValueTaskSource
{
    private const int Quiet = 0, Raised = 1, Awaited = 2, Taken = 3, Watched = 4;

    private ManualResetValueTaskSourceCore<bool> source;
    private int state;

    /// <summary>It has happened. True when it was watched for: the caller, and nobody else, now does what was to be done then.</summary>
    public bool Raise()
    {
        var before = Interlocked.Exchange(ref state, Raised);
        if (before == Awaited) source.SetResult(true);
        return before == Watched;
    }

    /// <summary>Instead of waiting: the next <see cref="Raise"/> answers true. False when it has happened since <see cref="Lower"/>.</summary>
    public bool TryWatch() => Interlocked.CompareExchange(ref state, Watched, Quiet) == Quiet;

    /// <summary>Forgets what happened so far. Before looking: what happens from here on is told.</summary>
    public void Lower() => Interlocked.Exchange(ref state, Quiet);

    /// <summary>Instead of <see cref="Raise"/>: takes the place of whoever waits, until <see cref="GiveBack"/> or <see cref="Continue"/>; false when nobody does.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref state, Taken, Awaited) == Awaited;

    /// <summary>Whoever waits goes on waiting, unless it happened meanwhile.</summary>
    public void GiveBack()
    {
        if (Interlocked.CompareExchange(ref state, Awaited, Taken) != Taken) source.SetResult(true);
    }

    /// <summary>Whoever waits goes on; with <paramref name="isRaised"/>, it counts as having happened once more.</summary>
    public void Continue(bool isRaised)
    {
        Interlocked.CompareExchange(ref state, isRaised ? Raised : Quiet, Taken);
        source.SetResult(true);
    }

    /// <summary>Completes once it has happened; at once if it has.</summary>
    public ValueTask WhenRaisedAsync()
    {
        if (Volatile.Read(ref state) == Raised) return default;
        source.Reset();
        return Interlocked.CompareExchange(ref state, Awaited, Quiet) == Quiet ? new(this, source.Version) : default;
    }

    void IValueTaskSource.GetResult(short token) => source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);
}
