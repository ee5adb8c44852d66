namespace Sluice.Edge.Origins;

/// <summary>A cancellation that comes when nothing has happened for too long, by the injected clock. Setting it again and again allocates nothing.</summary>
internal sealed class Deadline(TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource source = new(Timeout.InfiniteTimeSpan, time);

    /// <summary>Cancelled once the time is over, or when a caller that <see cref="Follow"/>ed has had enough.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Counts anew from now.</summary>
    public void Set(TimeSpan limit) => source.CancelAfter(limit);

    /// <summary>Stops counting.</summary>
    public void Clear() => source.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Passes a caller's cancellation on, until the result is disposed.</summary>
    public CancellationTokenRegistration Follow(CancellationToken caller) =>
        caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);

    public void Dispose() => source.Dispose();
}
