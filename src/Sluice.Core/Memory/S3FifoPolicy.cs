using System.Diagnostics.CodeAnalysis;

namespace Sluice.Core.Memory;

/// <summary>S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023): scan resistant, and a hit is one byte written.</summary>
/// <remarks>
/// New nodes enter a small queue, a tenth of the capacity. Those used at least twice there move to the main queue; the others leave, and only their identity is kept,
/// in a ghost list. Whoever comes back while remembered goes straight to main, which is a FIFO that passes over nodes as often as they were used, up to three times.
/// </remarks>
public sealed class S3FifoPolicy : IEvictionPolicy
{
    private const byte MaximumFrequency = 3, PromotionFrequency = 2;

    /// <summary>Looks per eviction. Uses pay for the looks they cause, but all at once they could hold the lock long; past this many the next node goes whatever its uses.</summary>
    private const int MaximumLooks = 4096;

    /// <summary>Ghosts remembered at least, so that a cache of a few large nodes can learn too.</summary>
    private const int MinimumGhosts = 16;

    private readonly long _smallBytes;
    private readonly EvictionQueue _small = new(1), _main = new(2);
    private readonly GhostList _ghosts = new();

    /// <summary>Creates a policy for a tier of <paramref name="capacityBytes"/>, of which the small queue is to take a tenth.</summary>
    public S3FifoPolicy(long capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        _smallBytes = capacityBytes / 10;
    }

    /// <inheritdoc/>
    public long Bytes => _small.Bytes + _main.Bytes;

    /// <inheritdoc/>
    public int Count => _small.Count + _main.Count;

    internal int GhostCount => _ghosts.Count;

    /// <inheritdoc/>
    public void Add(EvictionNode node)
    {
        if (node.Queue != 0)
            throw new InvalidOperationException("The node is held already.");
        node.Frequency = 0;
        (_ghosts.Take(node.Identity) ? _main : _small).Push(node);
    }

    /// <inheritdoc/>
    public void Hit(EvictionNode node)
    {
        // Not atomic on purpose: two uses at once may count as one, and in return a hot node's cache line is only read once it is at the cap.
        var frequency = node.Frequency;
        if (frequency < MaximumFrequency)
            node.Frequency = (byte)(frequency + 1);
    }

    /// <inheritdoc/>
    public void Remove(EvictionNode node) => QueueOf(node)?.Remove(node);

    /// <inheritdoc/>
    public void Reweigh(EvictionNode node) => QueueOf(node)?.Reweigh(node);

    /// <summary>Puts another node in the place of one, with what that one has earned; does nothing when that one is not held.</summary>
    internal void Replace(EvictionNode node, EvictionNode with) => QueueOf(node)?.Replace(node, with);

    /// <inheritdoc/>
    public bool TryEvict([NotNullWhen(true)] out EvictionNode? victim)
    {
        for (var looks = 0; ; looks++)
        {
            var fromSmall = _small.Count > 0 && (_small.Bytes >= _smallBytes || _main.Count == 0);
            var queue = fromSmall ? _small : _main;
            victim = queue.Tail;
            if (victim is null)
                return false;

            queue.Remove(victim);
            if (looks < MaximumLooks && victim.Frequency >= (fromSmall ? PromotionFrequency : 1))
            {
                victim.Frequency = fromSmall ? (byte)0 : (byte)(victim.Frequency - 1);
                _main.Push(victim);
                continue;
            }
            if (fromSmall)
                _ghosts.Add(victim.Identity, GhostLimit());
            return true;
        }
    }

    /// <summary>About as many as main holds once it is full: nine tenths of the nodes held, also while the small queue still has most of them.</summary>
    private int GhostLimit() => Math.Max(MinimumGhosts, (int)(Count * 9L / 10));

    private EvictionQueue? QueueOf(EvictionNode node) =>
        _small.Holds(node) ? _small : _main.Holds(node) ? _main : null;
}
