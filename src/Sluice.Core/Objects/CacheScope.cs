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

    /// <summary>What was used or stored since start under that target; null for nothing. Takes no lock.</summary>
    public CacheSlot? Find(string target) => slots.GetValueOrDefault(target);

    /// <summary>As the other, without a string.</summary>
    public CacheSlot? Find(ReadOnlySpan<char> target) => slotsByText.TryGetValue(target, out var slot) ? slot : null;

    /// <summary>As <see cref="Find(string)"/>, and makes known what an earlier run left on disk and nobody has used since. May block on the index file: not for a socket thread.</summary>
    public CacheSlot? FindStored(string target)
    {
        // A slot without objects is one that another thread is just filling, or has emptied.
        if (Find(target) is { Objects.Length: > 0 } found) return found;
        if (cache.Disk is not { } disk) return null;
        foreach (var stored in disk.Find(KeyOf(target))) cache.Adopt(stored);
        return Find(target);
    }

    internal IEnumerable<KeyValuePair<string, CacheSlot>> Slots => slots;

    internal int Count => slots.Count;

    /// <summary>Puts an object in place; answers those it replaced.</summary>
    internal IReadOnlyList<CachedObject> Put(CachedObject added)
    {
        while (true)
        {
            var slot = slots.GetOrAdd(added.Target, static _ => new CacheSlot());
            lock (slot.Gate)
            {
                if (slot.IsClosed) continue;
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

    /// <summary>One object for all requests replaces everything; selections by other fields than before do so too.</summary>
    private static bool SameSelection(ObjectMetadata held, ObjectMetadata added) =>
        held.Vary.Count != added.Vary.Count || added.Vary.Count == 0
        || held.Vary.Zip(added.Vary).All(pair => pair.First.Key.Equals(pair.Second.Key, StringComparison.OrdinalIgnoreCase) && pair.First.Value == pair.Second.Value);
}
