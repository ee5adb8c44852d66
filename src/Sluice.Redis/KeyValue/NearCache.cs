using Sluice.Core.KeyValue;

namespace Sluice.Redis.KeyValue;

/// <summary>What this process has read of a namespace lately. Redis says which keys have changed; what is read while its key changes is not kept.</summary>
internal sealed class NearCache(long maximumBytes, TimeProvider time)
{
    private const int Stripes = 4096;
    private readonly int[] changes = new int[Stripes];
    private IKeyValueStore held = Fresh(maximumBytes, time);
    private long hits;

    public long Hits => Volatile.Read(ref hits);

    public KeyValueEntry? Find(string key)
    {
        var found = Volatile.Read(ref held).GetAsync(key);
        if (!found.IsCompletedSuccessfully || found.Result is not { } entry) return null;
        Interlocked.Increment(ref hits);
        return entry;
    }

    /// <summary>Read it before Redis is asked, and hand it to <see cref="Keep"/>.</summary>
    public int Mark(string key) => Volatile.Read(ref Stripe(key));

    public void Keep(string key, KeyValueEntry entry, int mark)
    {
        if (Mark(key) != mark) return;
        TimeSpan? left = entry.ExpiresAt is { } end ? end - time.GetUtcNow() : null;
        var into = Volatile.Read(ref held);
        Now(into.SetAsync(key, entry.Value, new KeyValueSettings(left, entry.Tags)));
        if (Mark(key) != mark) Drop(into, key);
    }

    public void Drop(string key)
    {
        Interlocked.Increment(ref Stripe(key));
        Drop(Volatile.Read(ref held), key);
    }

    /// <summary>Forgets everything: changes may have been missed.</summary>
    public void Clear()
    {
        for (var i = 0; i < Stripes; i++) Interlocked.Increment(ref changes[i]);
        Volatile.Write(ref held, Fresh(maximumBytes, time));
    }

    private static void Drop(IKeyValueStore from, string key) => _ = from.DeleteAsync(key).AsTask();

    /// <summary>In memory nothing is waited for.</summary>
    private static void Now(ValueTask done) => done.GetAwaiter().GetResult();

    private static IKeyValueStore Fresh(long bytes, TimeProvider time) => new InProcessKeyValueStores(time) { IsMetered = false }.Open("near", new KeyValueLimits { MaximumBytes = bytes });

    private ref int Stripe(string key) => ref changes[(uint)string.GetHashCode(key, StringComparison.Ordinal) % Stripes];
}
