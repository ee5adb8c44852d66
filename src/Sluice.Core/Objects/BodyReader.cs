using Sluice.Core.Flights;
using Sluice.Core.Origins;

namespace Sluice.Core.Objects;

/// <summary>Reads one stretch of a body in order: from memory, from disk, from a fill as it arrives, or by starting one. For one caller at a time.</summary>
public sealed class BodyReader : IDisposable
{
    private const int MaximumRetries = 2;
    private readonly CachedObject target;
    private long position;
    private readonly bool holds;
    private int retries;
    private int lastRetried;
    private int closed;
    private bool isServed;

    internal BodyReader(CachedObject target, long start, long end)
    {
        (this.target, position, End) = (target, start, end);
        // What is found again may go back in its turn, or be about to and then not.
        var spin = new SpinWait();
        while (!(holds = this.target.TryHold()))
        {
            var now = this.target.Current();
            var isSame = ReferenceEquals(now, this.target);
            // Where the bytes are gone already, and not only gone back to the index, they can only be asked for again.
            if (isSame && now.IsDetached) break;
            if (isSame) spin.SpinOnce();
            this.target = now;
        }

        this.target.Join(this);
    }

    /// <summary>The next byte to be read.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>One past the last byte wanted.</summary>
    public long End { get; }

    internal FillSource? Source { get; set; }

    internal Func<CachedObject, FillSource>? Asker { get; init; }

    internal Fill? Fill { get; set; }

    /// <summary>The next bytes; empty at the end. Dispose each piece.</summary>
    /// <exception cref="OriginException">Missing bytes could not be fetched.</exception>
    /// <exception cref="ObjectChangedException">Missing bytes are no longer to be had in this version.</exception>
    public ValueTask<BodyPiece> ReadAsync(CancellationToken cancellation) => ReadAsync(int.MaxValue, cancellation);

    /// <summary>Reads what is left and drops it, so that it is fetched where it is missing.</summary>
    /// <inheritdoc cref="ReadAsync(CancellationToken)"/>
    public async Task ReadToEndAsync(CancellationToken cancellation)
    {
        while (true)
        {
            using var piece = await ReadAsync(cancellation);
            if (piece.Length == 0) return;
        }
    }

    /// <summary>As the other, <paramref name="maximum"/> bytes at most.</summary>
    public ValueTask<BodyPiece> ReadAsync(int maximum, CancellationToken cancellation) =>
        position >= End ? default : TryRead(maximum, out var piece) ? new(piece) : ReadSlowAsync(maximum, cancellation);

    /// <summary>The next bytes, <paramref name="maximum"/> at most, if they are in memory now; awaits nothing.</summary>
    /// <exception cref="ObjectChangedException">It is the first look, and what is missing is not to be had.</exception>
    public bool TryRead(int maximum, out BodyPiece piece)
    {
        if (!isServed) target.CheckServes(position, End);
        isServed = true;
        if (!target.TryRead(position, Math.Min(End - position, maximum) + position, out piece)) return false;
        Advance(piece.Length);
        return true;
    }

    /// <summary>Passes over bytes that were taken some other way, such as <see cref="CachedObject.TryLease"/>.</summary>
    public void Skip(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, End - position);
        if (count > 0) Advance(count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref closed, 1) != 0) return;
        target.StopWaiting(this);
        if (holds) target.Release();
    }

    /// <summary>The fill this reader waited for failed: try again where the rest can be asked for by range, else give up.</summary>
    internal void Failed(Fill fill, Exception failure)
    {
        if (failure is OriginException { Refusal: not null } or ObjectChangedException { IsOneClients: true } && !ReferenceEquals(fill.Source, Source) && CanAsk)
        {
            // It was another client that the origin refused, or gave an answer of his own.
            return;
        }

        if (failure is OriginException && target.CanFillGaps && CanAsk && fill.HasBroughtBytes)
        {
            Retry(fill.FailureNumber, failure);
            return;
        }

        throw Anew(failure);
    }

    /// <summary>Whom to ask for missing bytes, and on whose behalf; null where only held bytes will do.</summary>
    internal FillSource? MakeSource() => Source ??= Asker?.Invoke(target);

    /// <summary>Counts a failure that this reader asks again after, once.</summary>
    internal void Retry(int number, Exception failure)
    {
        if (number == lastRetried) return;
        lastRetried = number;
        if (++retries > MaximumRetries) throw Anew(failure);
    }

    /// <summary>Several readers may learn of one failure: each throws one of its own.</summary>
    internal static IOException Anew(Exception failure) => failure is ObjectChangedException
        ? new ObjectChangedException(failure.Message)
        : new OriginException((failure as OriginException)?.Failure ?? OriginFailure.Invalid, failure.Message, failure) { Refusal = (failure as OriginException)?.Refusal };

    private bool CanAsk => Source is not null || Asker is not null;

    private async ValueTask<BodyPiece> ReadSlowAsync(int maximum, CancellationToken cancellation)
    {
        try
        {
            var piece = await target.ReadAsync(this, maximum, cancellation);
            Advance(piece.Length);
            return piece;
        }
        catch (OriginException failure) when (failure.Refusal is null)
        {
            target.GiveWay();
            throw;
        }
    }

    private void Advance(long count)
    {
        Volatile.Write(ref position, position + count);
        target.Demand.Pulse();
    }
}
