using System.Collections.Concurrent;

namespace Sluice.Core.Objects;

/// <summary>The objects of one set of origins. Its name is part of every key, so another origin's bytes are never found here, not even in a cache directory used for both.</summary>
public sealed class CacheScope
{
    private readonly ObjectCache cache;
    private readonly ConcurrentDictionary<string, CacheSlot> slots = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CacheSlot>.AlternateLookup<ReadOnlySpan<char>> slotsByText;

    internal CacheScope(ObjectCache cache, string name)
    {
        (this.cache, Name) = (cache, name);
        slotsByText = slots.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Name of the scope; holds no secret.</summary>
    public string Name { get; }

    /// <summary>How this server asks for an object's missing bytes where no client does: for what is completed, shared or read behind answers. Null where nobody can be asked.</summary>
    public Func<CachedObject, FillSource>? SourceOf { get; set; }

    /// <summary>The full key text of a target: the scope's name, a space, and the target (which holds none).</summary>
    public string KeyOf(string target) => $"{Name} {target}";

    /// <summary>What is in use under that target; null for nothing. Takes no lock.</summary>
    public CacheSlot? Find(string target) => slots.GetValueOrDefault(target);

    /// <summary>As the other, without a string.</summary>
    public CacheSlot? Find(ReadOnlySpan<char> target) => slotsByText.TryGetValue(target, out var slot) ? slot : null;

    /// <summary>The objects under that target, those that are on disk and in nobody's use too, which it makes known; none where there are none. May block on the index file: not for a socket thread.</summary>
    /// <returns>All there were at one moment. The slot may have fewer by now, when some went back to the index.</returns>
    public CachedObject[] FindStored(string target)
    {
        for (var spin = default(SpinWait); ; spin.SpinOnce())
        {
            // A slot without objects is one that another thread is just filling, or has emptied. In this order: what goes back says so before it goes.
            var slot = Find(target);
            var objects = slot?.Objects ?? [];
            if (objects.Length > 0 && (slot!.IsWhole || cache.Disk is null)) return objects;
            if (cache.Disk is not { } disk) return [];
            var before = cache.GoneBack(target);
            var rows = disk.Find(KeyOf(target), out var isComplete);
            foreach (var stored in rows) cache.Adopt(stored);
            slot = Find(target);
            objects = slot?.Objects ?? [];
            if (slot is not null && isComplete) Settle(slot, target, before);
            // What went back between the two looks is in the index by now.
            if ((before & 1) == 0 && cache.GoneBack(target) == before) return objects;
        }
    }

    /// <summary>Something of that target is about to go back: the index has to be asked for it from now on.</summary>
    internal void Unsettle(string target)
    {
        if (!slots.TryGetValue(target, out var slot)) return;
        lock (slot.Gate) slot.IsWhole = false;
    }

    internal IEnumerable<KeyValuePair<string, CacheSlot>> Slots => slots;

    internal int Count => slots.Count;

    /// <summary>Puts an object in place; answers those it replaced.</summary>
    internal IReadOnlyList<CachedObject> Put(CachedObject added) => TryPut(added, mayBeOlder: false)!;

    /// <summary>As the other, for an object made of a row; null when what it would replace was stored later.</summary>
    internal IReadOnlyList<CachedObject>? PutStored(CachedObject found) => TryPut(found, mayBeOlder: true);

    private List<CachedObject>? TryPut(CachedObject added, bool mayBeOlder)
    {
        while (true)
        {
            var slot = slots.GetOrAdd(added.Target, static _ => new CacheSlot());
            lock (slot.Gate)
            {
                if (slot.IsClosed) continue;
                if (mayBeOlder && Array.Exists(slot.Objects, held => held.Id > added.Id && SameSelection(held.Metadata, added.Metadata))) return null;
                var replaced = slot.Objects.Where(held => SameSelection(held.Metadata, added.Metadata)).ToList();
                CachedObject[] kept = [added, .. slot.Objects.Except(replaced)];
                replaced.AddRange(kept.Skip(CacheSlot.MaximumSelections));
                slot.Objects = [.. kept.Take(CacheSlot.MaximumSelections)];
                return replaced;
            }
        }
    }

    /// <summary>Takes an object out; false when it was not in.</summary>
    internal bool Take(CachedObject removed)
    {
        if (!slots.TryGetValue(removed.Target, out var slot)) return false;
        lock (slot.Gate)
        {
            var left = Array.FindAll(slot.Objects, held => !ReferenceEquals(held, removed));
            if (left.Length == slot.Objects.Length) return false;
            slot.Objects = left;
            if (left.Length == 0)
            {
                slot.IsClosed = true;
                slots.TryRemove(new(removed.Target, slot));
            }

            return true;
        }
    }

    /// <summary>Puts an object in again, in the place of the one that had replaced it; false when by now another answers the same requests.</summary>
    internal bool TryPutBack(CachedObject failed, CachedObject good)
    {
        while (true)
        {
            var slot = slots.GetOrAdd(good.Target, static _ => new CacheSlot());
            lock (slot.Gate)
            {
                if (slot.IsClosed) continue;
                var others = Array.FindAll(slot.Objects, held => !ReferenceEquals(held, failed));
                if (others.Length == CacheSlot.MaximumSelections || Array.Exists(others, held => SameSelection(held.Metadata, good.Metadata))) return false;
                slot.Objects = [good, .. others];
                return true;
            }
        }
    }

    /// <summary>Nothing went back since before the look into the index, nor is about to: who finds the slot finds everything.</summary>
    private void Settle(CacheSlot slot, string target, long before)
    {
        lock (slot.Gate)
            if ((before & 1) == 0 && cache.GoneBack(target) == before) slot.IsWhole = true;
    }

    /// <summary>One object for all requests replaces everything; selections by other fields than before do so too.</summary>
    private static bool SameSelection(ObjectMetadata held, ObjectMetadata added) =>
        held.Vary.Count != added.Vary.Count
        || held.Vary.Zip(added.Vary).Any(pair => !pair.First.Key.Equals(pair.Second.Key, StringComparison.OrdinalIgnoreCase))
        || held.Vary.Zip(added.Vary).All(pair => pair.First.Value == pair.Second.Value);
}
