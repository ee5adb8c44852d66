using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Sluice.Core.Memory;

namespace Sluice.Core.KeyValue;

/// <summary>A namespace in memory. A hit takes no lock and allocates nothing; everything else is under one lock, so that entries, tags and counts agree at every moment.</summary>
public sealed class InProcessKeyValueStore : ICountedKeyValueStore
{
    private readonly KeyValueLimits limits;
    private readonly ForwardClock clock;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, InProcessEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<InProcessEntry>> tagged = new(StringComparer.Ordinal);
    private readonly LruPolicy order = new();
    private PriorityQueue<InProcessEntry, DateTimeOffset> expiring = new();

    internal InProcessKeyValueStore(string name, KeyValueLimits limits, ForwardClock clock) => (Namespace, this.limits, this.clock) = (name, limits, clock);

    /// <inheritdoc/>
    public string Namespace { get; }

    /// <inheritdoc/>
    public KeyValueCounters Counters { get; } = new("memory");

    /// <summary>Entries in the tag index, for tests: it must stay in step.</summary>
    internal int TagLinks
    {
        get
        {
            lock (gate) return tagged.Values.Sum(set => set.Count);
        }
    }

    /// <summary>Entries waiting for their time, replaced ones included, for tests.</summary>
    internal int PendingExpiries
    {
        get
        {
            lock (gate) return expiring.Count;
        }
    }

    /// <inheritdoc/>
    public ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!entries.TryGetValue(key, out var found)) return new(Counters.Read(null));
        if (found.IsLiveAt(clock.Now))
        {
            order.Hit(found);
            return new(Counters.Read(found.Entry));
        }
        lock (gate) Drop(found);
        return new(Counters.Read(null));
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var bytes = (long)KeyValueText.CountBytes(key) + value.Length;
        var now = clock.Now;
        var expires = limits.ExpiryAt(now, settings.TimeToLive);
        var added = new InProcessEntry(key, new KeyValueEntry(value.ToArray(), expires, KeyValueText.Tags(settings.Tags)), bytes);
        lock (gate)
        {
            if (entries.TryGetValue(key, out var old)) Drop(old);
            DropExpired(now);
            if (!added.IsLiveAt(now) || bytes > limits.MaximumBytes) return default;
            while ((order.Bytes + bytes > limits.MaximumBytes || order.Count >= limits.MaximumEntries) && order.TryEvict(out var victim)) Drop((InProcessEntry)victim);
            Add(added);
        }
        Counters.Wrote(bytes);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        Counters.Deleted();
        lock (gate) return new(entries.TryGetValue(key, out var found) && Drop(found) && found.IsLiveAt(clock.Now));
    }

    /// <inheritdoc/>
    public ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        Counters.Deleted();
        lock (gate)
        {
            if (!tagged.TryGetValue(tag, out var found)) return new(0);
            var now = clock.Now;
            var live = 0;
            foreach (var entry in found.ToArray())
            {
                Drop(entry);
                if (entry.IsLiveAt(now)) live++;
            }
            return new(live);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ScanAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.CompletedTask;
        var now = clock.Now;
        var keys = entries.Values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal) && entry.IsLiveAt(now)).Select(entry => entry.Key).Order(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    /// <inheritdoc/>
    public ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            DropExpired(clock.Now);
            return new(new KeyValueUsage(order.Count, order.Bytes, limits.MaximumBytes));
        }
    }

    private void Add(InProcessEntry entry)
    {
        entries[entry.Key] = entry;
        order.Add(entry);
        foreach (var tag in entry.Entry.Tags)
        {
            if (!tagged.TryGetValue(tag, out var set)) tagged.Add(tag, set = []);
            set.Add(entry);
        }
        if (entry.Entry.ExpiresAt is not { } end) return;
        // Replaced entries stay queued until their time comes; when they are most of the queue, it is made anew.
        if (expiring.Count > 64 + (2 * entries.Count))
            expiring = new(entries.Values.Where(one => one.Entry.ExpiresAt is not null).Select(one => (one, one.Entry.ExpiresAt!.Value)));
        else expiring.Enqueue(entry, end);
    }

    private bool Drop(InProcessEntry entry)
    {
        if (!entries.TryRemove(new(entry.Key, entry))) return false;
        order.Remove(entry);
        foreach (var tag in entry.Entry.Tags)
        {
            var set = tagged[tag];
            set.Remove(entry);
            if (set.Count == 0) tagged.Remove(tag);
        }
        return true;
    }

    private void DropExpired(DateTimeOffset now)
    {
        while (expiring.TryPeek(out var entry, out var end) && end <= now)
        {
            expiring.Dequeue();
            Drop(entry);
        }
    }
}
