using System.Diagnostics.CodeAnalysis;

namespace Sluice.Core.Memory;

/// <summary>Least recently used goes first. A hit is noted in a small ring and sorted in later, by whoever gets the lock without waiting.</summary>
/// <remarks>One thread's uses are in exact order. When hits come faster than they are sorted in, the oldest notes are overwritten: those nodes were used within the last few dozen hits anyway.</remarks>
public sealed class LruPolicy : IEvictionPolicy
{
    private const int RingLength = 64;

    private readonly Lock _gate = new();
    private readonly EvictionQueue _queue = new(1);
    private readonly EvictionNode?[] _ring = new EvictionNode?[RingLength];
    private uint _noted, _sorted;

    /// <inheritdoc/>
    public long Bytes => _queue.Bytes;

    /// <inheritdoc/>
    public int Count => _queue.Count;

    /// <inheritdoc/>
    public void Add(EvictionNode node)
    {
        lock (_gate)
        {
            if (node.Queue != 0)
                throw new InvalidOperationException("The node is held already.");
            SortIn();
            _queue.Push(node);
        }
    }

    /// <inheritdoc/>
    public void Hit(EvictionNode node)
    {
        var turn = Interlocked.Increment(ref _noted) - 1;
        Volatile.Write(ref _ring[turn % RingLength], node);
        if ((int)(turn - Volatile.Read(ref _sorted)) < RingLength / 2 || !_gate.TryEnter())
            return;
        try
        {
            SortIn();
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public void Remove(EvictionNode node)
    {
        lock (_gate)
            if (_queue.Holds(node))
                _queue.Remove(node);
    }

    /// <inheritdoc/>
    public void Reweigh(EvictionNode node)
    {
        lock (_gate)
            if (_queue.Holds(node))
                _queue.Reweigh(node);
    }

    /// <inheritdoc/>
    public bool TryEvict([NotNullWhen(true)] out EvictionNode? victim)
    {
        lock (_gate)
        {
            SortIn();
            victim = _queue.Tail;
            if (victim is not null)
                _queue.Remove(victim);
            return victim is not null;
        }
    }

    private void SortIn()
    {
        var noted = Volatile.Read(ref _noted);
        if (noted == _sorted)
            return;
        // The whole ring, oldest slot first: a writer that had its turn but not yet written its slot last time is found now.
        for (var turn = noted; turn != noted + RingLength; turn++)
            if (Interlocked.Exchange(ref _ring[turn % RingLength], null) is { } node && _queue.Holds(node))
                _queue.MoveToHead(node);
        Volatile.Write(ref _sorted, noted);
    }
}
