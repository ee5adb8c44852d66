using Sluice.Core.Objects;
using Sluice.Core.Tags;

namespace Sluice.Redis.Invalidation;

/// <summary>The purges this node has carried out of the log that all nodes share, and how far it has read it. What was fetched before a purge and shared after it is told by its place.</summary>
internal sealed class PurgeJournal
{
    /// <summary>Purges remembered; of what was fetched before one that is forgotten nothing is known. Every successful POST on any node is one.</summary>
    public const int Remembered = 8192;

    private readonly Lock gate = new();
    private readonly Queue<(LogPlace Place, PurgeRequest Purge)> entered = new();
    private readonly HashSet<LogPlace> places = [];
    private readonly Dictionary<(PurgeKind Kind, string Value), LogPlace> latest = [];
    private readonly HashSet<string> prefixes = new(StringComparer.Ordinal);
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
            List<(LogPlace Place, PurgeRequest Purge)> added = [.. entries.Where(entry => !places.Contains(entry.Place))];
            var all = entered.Concat(added).OrderBy(entry => entry.Place).ToList();
            entered.Clear();
            places.Clear();
            latest.Clear();
            prefixes.Clear();
            (floor, last, isKnown) = (from, all.Count > 0 ? all[^1].Place : from, true);
            foreach (var (place, purge) in all) Enter(place, purge);
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
            if (place <= floor || places.Contains(place)) return false;
            Enter(place, purge);
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
            if (IsLater(PurgeKind.Url, target) || IsLater(PurgeKind.Source, metadata.Source)) return true;
            foreach (var tag in metadata.Tags)
                if (IsLater(PurgeKind.Tag, tag)) return true;
            foreach (var prefix in prefixes)
                if (IsLater(PurgeKind.Prefix, prefix) && new PurgeRequest(PurgeKind.Prefix, prefix).Selects(target, metadata)) return true;
            return false;
        }

        bool IsLater(PurgeKind kind, string value) => latest.TryGetValue((kind, kind == PurgeKind.Prefix ? value : PurgeRequest.NameOf(value)), out var at) && at > place;
    }

    private void Enter(LogPlace place, PurgeRequest purge)
    {
        if (purge.Kind != PurgeKind.Prefix) purge = purge with { Value = PurgeRequest.NameOf(purge.Value) };
        entered.Enqueue((place, purge));
        places.Add(place);
        if (purge.Kind == PurgeKind.Prefix) prefixes.Add(purge.Value);
        if (!latest.TryGetValue((purge.Kind, purge.Value), out var at) || place > at) latest[(purge.Kind, purge.Value)] = place;
        if (entered.Count > Remembered) Forget();
    }

    private void Forget()
    {
        var (place, purge) = entered.Dequeue();
        places.Remove(place);
        // What was purged again later is still remembered.
        if (!latest.TryGetValue((purge.Kind, purge.Value), out var at) || at != place) return;
        latest.Remove((purge.Kind, purge.Value));
        if (purge.Kind == PurgeKind.Prefix) prefixes.Remove(purge.Value);
        if (place > floor) floor = place;
    }
}
