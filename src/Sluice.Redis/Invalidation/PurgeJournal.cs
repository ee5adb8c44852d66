using Sluice.Core.Objects;
using Sluice.Core.Tags;

namespace Sluice.Redis.Invalidation;

/// <summary>The purges this node has carried out of the log that all nodes share, and how far it has read it. What was fetched before a purge and shared after it is told by its place.</summary>
internal sealed class PurgeJournal
{
    /// <summary>Purges remembered; of what was fetched before the oldest of them nothing is known.</summary>
    public const int Remembered = 1024;

    private readonly Lock gate = new();
    private readonly Queue<(LogPlace Place, PurgeRequest Purge)> recent = new();
    private readonly List<PurgeRequest> begun = [];
    private LogPlace last, floor;
    private bool isKnown;

    /// <summary>How far the log was read.</summary>
    public LogPlace Last
    {
        get
        {
            lock (gate) return last;
        }
    }

    /// <summary>True once there is a place to go on from.</summary>
    public bool IsKnown
    {
        get
        {
            lock (gate) return isKnown;
        }
    }

    /// <summary>Goes on from where an earlier run of this node stopped.</summary>
    public void StartAt(LogPlace place)
    {
        lock (gate) (last, floor, isKnown) = (place, place, true);
    }

    /// <summary>Takes in the end of the log, unbroken from a place on; those entries that were not known.</summary>
    public IReadOnlyList<(LogPlace Place, PurgeRequest Purge)> Fill(LogPlace from, IReadOnlyList<(LogPlace Place, PurgeRequest Purge)> entries)
    {
        lock (gate)
        {
            var known = recent.Select(entry => entry.Place).ToHashSet();
            List<(LogPlace Place, PurgeRequest Purge)> added = [.. entries.Where(entry => !known.Contains(entry.Place))];
            var all = recent.Concat(added).OrderBy(entry => entry.Place).ToList();
            recent.Clear();
            (floor, isKnown) = (all.Count > Remembered ? all[^(Remembered + 1)].Place : from, true);
            foreach (var entry in all.TakeLast(Remembered)) recent.Enqueue(entry);
            last = all.Count > 0 ? all[^1].Place : from;
            return added;
        }
    }

    /// <summary>Enters a purge of this node's own, which has no place in the log yet: it counts against everything.</summary>
    public void Begin(PurgeRequest purge)
    {
        lock (gate) begun.Add(purge);
    }

    /// <summary>It has its place, or was a dry run.</summary>
    public void End(PurgeRequest purge)
    {
        lock (gate) begun.Remove(purge);
    }

    /// <summary>Enters a purge; false when it was entered before.</summary>
    public bool TryAdd(LogPlace place, PurgeRequest purge)
    {
        lock (gate)
        {
            if (place <= floor || recent.Any(known => known.Place == place)) return false;
            recent.Enqueue((place, purge));
            if (recent.Count > Remembered) floor = recent.Dequeue().Place;
            if (place > last) last = place;
            return true;
        }
    }

    /// <summary>True when an object that was fetched at a place may have been purged since.</summary>
    public bool HasPurgedSince(LogPlace place, string target, ObjectMetadata metadata)
    {
        lock (gate)
        {
            if (place < floor || begun.Exists(purge => purge.Selects(target, metadata))) return true;
            foreach (var (at, purge) in recent)
                if (at > place && purge.Selects(target, metadata)) return true;
            return false;
        }
    }
}
