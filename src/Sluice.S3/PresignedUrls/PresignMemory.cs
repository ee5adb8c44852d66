using System.Collections.Concurrent;

namespace Sluice.S3.PresignedUrls;

/// <summary>URLs in this process's memory, bounded in number. A hit takes no lock and allocates nothing. What leaves first is what was not used since it was last looked at (CLOCK).</summary>
internal sealed class PresignMemory(int maximumEntries, int readyUrls, TimeProvider time)
{
    private const int MostKinds = 64, QueuedBeside = 1024;

    private readonly ConcurrentDictionary<PresignKey, PresignEntry> entries = new(PresignKeyComparer.Instance);
    private readonly ConcurrentQueue<PresignKey> order = new();
    // What is asked of paths beyond a plain GET: few kinds, so that all URLs of one path are found without looking through everything.
    private readonly ConcurrentDictionary<PresignOptions, byte> kinds = new() { [PresignOptions.Default] = 0 };
    private readonly PresignEntry?[] ready = new PresignEntry?[readyUrls];
    private readonly Lock compacting = new();
    private int count;
    private uint hand;

    public int Count => Volatile.Read(ref count);

    /// <summary>Keys that stand in line to leave, those of forgotten entries included.</summary>
    public int Queued => order.Count;

    /// <summary>The entry of a path, usable or not.</summary>
    public PresignEntry? Find(string path, PresignOptions options) =>
        entries.GetAlternateLookup<PresignLookup>().TryGetValue(new(path, options), out var entry) ? entry : null;

    public PresignEntry? Find(PresignKey key) => entries.GetValueOrDefault(key);

    /// <summary>Holds an entry in place of whatever is there.</summary>
    public void Put(PresignKey key, PresignEntry entry)
    {
        while (true)
        {
            if (entries.TryGetValue(key, out var old))
            {
                if (entries.TryUpdate(key, entry, old)) return;
            }
            else if (entries.TryAdd(key, entry))
            {
                if (!kinds.ContainsKey(key.Options) && kinds.Count <= MostKinds) kinds.TryAdd(key.Options, 0);
                order.Enqueue(key);
                if (Interlocked.Increment(ref count) > maximumEntries) MakeRoom();
                if (IsLong()) Compact();
                return;
            }
        }
    }

    /// <summary>Replaces one entry by another, unless somebody else did.</summary>
    public bool Replace(PresignKey key, PresignEntry old, PresignEntry entry) => entries.TryUpdate(key, entry, old);

    /// <summary>Keeps the text of an entry ready; another one's is let go.</summary>
    public void KeepReady(PresignEntry entry, PresignedUrl url)
    {
        entry.Ready = url;
        for (var tries = 0; ; tries++)
        {
            ref var slot = ref ready[Interlocked.Increment(ref hand) % (uint)ready.Length];
            var old = slot;
            if (old is { RecentText: true } && old != entry && tries < 8)
            {
                old.RecentText = false;
                continue;
            }
            slot = entry;
            if (old is not null && old != entry) old.Ready = null;
            return;
        }
    }

    /// <summary>Forgets one entry, unless another took its place.</summary>
    public void Remove(PresignKey key, PresignEntry entry)
    {
        if (entries.TryRemove(new(key, entry))) Interlocked.Decrement(ref count);
    }

    /// <summary>Forgets every URL of a path; how many.</summary>
    public int Remove(string path)
    {
        var removed = 0;
        var keys = kinds.Count <= MostKinds ? kinds.Keys.Select(kind => new PresignKey(path, kind)) : entries.Keys.Where(key => key.Path == path);
        foreach (var key in keys.ToList())
        {
            if (!entries.TryRemove(key, out _)) continue;
            Interlocked.Decrement(ref count);
            removed++;
        }
        return removed;
    }

    /// <summary>Forgets everything that <paramref name="goes"/> says; how many.</summary>
    public int RemoveWhere(Func<PresignEntry, bool> goes)
    {
        var removed = 0;
        foreach (var pair in entries)
        {
            if (!goes(pair.Value) || !entries.TryRemove(pair)) continue;
            Interlocked.Decrement(ref count);
            removed++;
        }
        return removed;
    }

    /// <summary>Everything held, most used first.</summary>
    public IReadOnlyList<KeyValuePair<PresignKey, PresignEntry>> Hottest() => [.. entries.OrderByDescending(pair => pair.Value.Hits)];

    private bool IsLong() => order.Count > (2L * Count) + QueuedBeside;

    // Keys that were forgotten leave the queue only when room is made, which without many entries is never.
    private void Compact()
    {
        if (!compacting.TryEnter()) return;
        try
        {
            if (!IsLong()) return;
            var keys = new List<PresignKey>();
            for (var left = order.Count; left > 0 && order.TryDequeue(out var key); left--) keys.Add(key);
            // Looked up only now that nothing more is taken out: what is put from here on brings its own place in the queue.
            foreach (var key in keys.Distinct(PresignKeyComparer.Instance))
                if (entries.ContainsKey(key)) order.Enqueue(key);
        }
        finally
        {
            compacting.Exit();
        }
    }

    private void MakeRoom()
    {
        var now = time.GetUtcNow().UtcTicks;
        for (var tries = 0; Count > maximumEntries && order.TryDequeue(out var key); tries++)
        {
            // A key that was forgotten and asked for again stands in the queue twice.
            if (!entries.TryGetValue(key, out var entry)) continue;
            if (entry.Recent && entry.UseUntil > now && tries < 64)
            {
                entry.Recent = false;
                order.Enqueue(key);
            }
            else if (entries.TryRemove(new(key, entry))) Interlocked.Decrement(ref count);
            else order.Enqueue(key);
        }
    }
}
