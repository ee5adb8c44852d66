namespace Sluice.Core.Flights;

/// <summary>
/// Bounds what all fills together have in hand, arriving or on its way to disk, so that any number of misses at once takes a bounded amount of memory. Whoever finds a place
/// reads a whole chunk. Whoever finds none reads a little at a time while those like him have not brought too much: bodies that trickle keep places, and must not keep others from
/// beginning. Beyond that he waits for a place, and the origin with him.
/// </summary>
/// <param name="count">The number of places.</param>
/// <param name="bytes">What those without a place may have in hand together.</param>
/// <param name="time">The clock.</param>
internal sealed class FillPlaces(int count, long bytes, TimeProvider time)
{
    /// <summary>Bytes that are read at once without a place.</summary>
    internal const int PieceBytes = 16 << 10;

    /// <summary>A body whose origin is another object being filled may wait for itself: then the bound gives way.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim free = new(count);
    private long held;
    private int overdrawn;

    /// <summary>True for a place; false to read <see cref="PieceBytes"/>, and ask again. Waits where there is neither.</summary>
    public ValueTask<bool> TakeAsync(CancellationToken cancellation)
    {
        if (free.Wait(0, CancellationToken.None)) return new(true);
        return Volatile.Read(ref held) < bytes ? new(false) : new(WaitAsync(cancellation));
    }

    /// <summary>Bytes were read without a place; a negative number once they are in no fill's hand any more.</summary>
    public void Note(long more) => Interlocked.Add(ref held, more);

    /// <summary>Gives a place back.</summary>
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

    private async Task<bool> WaitAsync(CancellationToken cancellation)
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

        return true;
    }
}
