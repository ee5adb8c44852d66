namespace Sluice.Core.Memory;

/// <summary>Remembers the identities of what was evicted last: no bytes, only that they were here.</summary>
internal sealed class GhostList
{
    private readonly Dictionary<ulong, long> _turns = [];
    private readonly Queue<(ulong Identity, long Turn)> _order = new();
    private long _turn;

    /// <summary>Identities remembered.</summary>
    public int Count => _turns.Count;

    /// <summary>Remembers an identity, forgetting the oldest so that no more than <paramref name="limit"/> stay.</summary>
    public void Add(ulong identity, int limit)
    {
        _turns[identity] = ++_turn;
        _order.Enqueue((identity, _turn));
        // Identities that were taken, or renewed, stay in the queue as husks until they reach its end: hence a bound on the queue as well.
        while (_turns.Count > limit || _order.Count > 2 * limit)
        {
            var oldest = _order.Dequeue();
            if (_turns.TryGetValue(oldest.Identity, out var turn) && turn == oldest.Turn)
                _turns.Remove(oldest.Identity);
        }
    }

    /// <summary>Forgets an identity; true when it was remembered.</summary>
    public bool Take(ulong identity) => _turns.Remove(identity);
}
