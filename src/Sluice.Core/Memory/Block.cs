using System.Buffers;

namespace Sluice.Core.Memory;

/// <summary>Bytes outside the garbage-collected heap, counted by reference: eviction drops one reference, a response in progress holds another.</summary>
/// <remarks>
/// Block objects are never reused, only the bytes behind them are: a stale reference meets a dead object and an exception, never another block's bytes.
/// There is no finalizer: a span does not keep its block alive, so freeing on collection could pull bytes from under a reader.
/// A reference that is never given back therefore shows in <see cref="MemoryTier.AllocatedBytes"/>.
/// </remarks>
public sealed unsafe class Block : MemoryManager<byte>
{
    private readonly BlockPool _pool;
    private byte* _start;
    private int _references = 1;

    internal Block(BlockPool pool, byte* start, int length)
    {
        _pool = pool;
        _start = start;
        Length = length;
    }

    /// <summary>Size in bytes, as asked for.</summary>
    public int Length { get; }

    /// <summary>Address of the first byte; valid while a reference is held.</summary>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    public byte* Pointer
    {
        get
        {
            ThrowIfFreed();
            return _start;
        }
    }

    /// <summary>Takes a reference unless the last one is already gone.</summary>
    public bool TryAcquire()
    {
        var seen = Volatile.Read(ref _references);
        while (seen > 0)
        {
            var found = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (found == seen)
                return true;
            seen = found;
        }
        return false;
    }

    /// <summary>Gives a reference back; the last one frees the bytes.</summary>
    /// <exception cref="ObjectDisposedException">The last reference is already gone: someone gave back what was not theirs.</exception>
    public void Release()
    {
        // Compare and exchange, not a decrement: a release too many must not drive the count below zero and hide the error.
        var seen = Volatile.Read(ref _references);
        while (true)
        {
            ObjectDisposedException.ThrowIf(seen == 0, this);
            var found = Interlocked.CompareExchange(ref _references, seen - 1, seen);
            if (found == seen)
                break;
            seen = found;
        }
        if (seen > 1)
            return;
        var start = _start;
        _start = null;
        _pool.Return(start, Length);
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    public override Span<byte> GetSpan() => new(Pointer, Length);

    /// <summary>Takes a reference that <see cref="Unpin"/> (disposing the handle) gives back, so bytes handed to the system outlive an eviction.</summary>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)Length, nameof(elementIndex));
        ObjectDisposedException.ThrowIf(!TryAcquire(), this);
        return new MemoryHandle(_start + elementIndex, default, this);
    }

    /// <summary>Gives back the reference that <see cref="Pin"/> took.</summary>
    public override void Unpin() => Release();

    /// <summary>The same as <see cref="Release"/>: disposing as an <see cref="IMemoryOwner{T}"/> gives one reference back.</summary>
    protected override void Dispose(bool disposing) => Release();

    private void ThrowIfFreed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _references) == 0, this);
}
