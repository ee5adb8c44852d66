namespace Sluice.Core.Flights;

/// <summary>
/// How many chunks all fills together have in hand, arriving or on their way to disk, so that any number of misses at once takes a bounded amount of memory. A place is taken
/// before a chunk's bytes are read from the origin; what waits for one waits in the origin's socket.
/// </summary>
/// <param name="count">The number of places.</param>
/// <param name="time">The clock.</param>
internal sealed class FillPlaces(int count, TimeProvider time)
{
    /// <summary>Bodies that trickle, or whose origin is another object being filled, must not keep the others from ever beginning: then the bound gives way.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim free = new(count);
    private int overdrawn;

    /// <summary>Takes a place, waiting while there is none.</summary>
    public ValueTask TakeAsync(CancellationToken cancellation) => free.Wait(0, CancellationToken.None) ? default : new(WaitAsync(cancellation));

    /// <summary>Gives one back.</summary>
    public void Return()
    {
        var seen = Volatile.Read(ref overdrawn);
        while (seen > 0)
        {
            var found = Interlocked.CompareExchange(ref overdrawn, seen - 1, seen);
            if (found == seen) return;
            seen = found;
        }

        free.Release();
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await free.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Interlocked.Increment(ref overdrawn);
        }
    }
}
