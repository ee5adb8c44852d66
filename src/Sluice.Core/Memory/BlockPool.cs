using System.Runtime.InteropServices;

namespace Sluice.Core.Memory;

/// <summary>Lends native memory. Blocks of the one common size are reused, so that a full cache in steady state allocates none; others are made to measure.</summary>
/// <param name="commonLength">The reused size in bytes: a whole chunk.</param>
/// <param name="maximumIdle">Blocks kept for reuse at most.</param>
internal sealed unsafe class BlockPool(int commonLength, int maximumIdle)
{
    /// <summary>Returns between two looks at how many idle blocks were never needed.</summary>
    internal const int TrimPeriod = 256;

    static BlockPool() => NativeHeap.GiveLargeBlocksBack();

    private readonly Lock _gate = new();
    private readonly nint[] _idle = new nint[maximumIdle];
    private int _idleCount, _leastIdle, _returns;
    private long _lentBytes, _allocations;
    private bool _isClosed;

    /// <summary>Bytes lent and not yet returned.</summary>
    public long LentBytes => Volatile.Read(ref _lentBytes);

    /// <summary>Bytes kept for reuse.</summary>
    public long IdleBytes => (long)Volatile.Read(ref _idleCount) * commonLength;

    /// <summary>Native allocations made since start.</summary>
    public long Allocations => Volatile.Read(ref _allocations);

    /// <summary>Lends bytes with undefined contents.</summary>
    public Block Rent(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var start = length == commonLength ? TakeIdle() : null;
        if (start is null)
        {
            start = (byte*)NativeMemory.Alloc((nuint)length);
            Interlocked.Increment(ref _allocations);
        }
        Interlocked.Add(ref _lentBytes, length);
        return new Block(this, start, length);
    }

    /// <summary>Takes bytes back from a block whose last reference is gone.</summary>
    public void Return(byte* start, int length)
    {
        Interlocked.Add(ref _lentBytes, -length);
        if (length != commonLength || !TryKeep(start))
            NativeMemory.Free(start);
    }

    /// <summary>Frees what is idle, and keeps nothing from then on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_idleCount > 0) NativeMemory.Free((void*)_idle[--_idleCount]);
            _leastIdle = 0;
        }
    }

    private byte* TakeIdle()
    {
        lock (_gate)
        {
            if (_idleCount == 0)
                return null;
            var start = (byte*)_idle[--_idleCount];
            _leastIdle = Math.Min(_leastIdle, _idleCount);
            return start;
        }
    }

    private bool TryKeep(byte* start)
    {
        lock (_gate)
        {
            if (++_returns >= TrimPeriod)
                Trim();
            if (_isClosed || _idleCount == _idle.Length)
                return false;
            _idle[_idleCount++] = (nint)start;
            return true;
        }
    }

    /// <summary>Frees half of what lay idle through the whole period: a burst's leftovers go, what the steady state uses stays.</summary>
    private void Trim()
    {
        for (var surplus = (_leastIdle + 1) / 2; surplus > 0; surplus--)
            NativeMemory.Free((void*)_idle[--_idleCount]);
        _leastIdle = _idleCount;
        _returns = 0;
    }
}
