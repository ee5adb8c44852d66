namespace Sluice.Redis.Objects;

/// <summary>What the shared tier did since start.</summary>
internal sealed class SharedCounters
{
    private long hits, misses, turns, waits, stored, storedBytes, readBytes, evictions;

    public long Hits => Volatile.Read(ref hits);

    public long Misses => Volatile.Read(ref misses);

    public long Turns => Volatile.Read(ref turns);

    public long Waits => Volatile.Read(ref waits);

    public long StoredObjects => Volatile.Read(ref stored);

    public long StoredBytes => Volatile.Read(ref storedBytes);

    public long ReadBytes => Volatile.Read(ref readBytes);

    public long Evictions => Volatile.Read(ref evictions);

    public void Found() => Interlocked.Increment(ref hits);

    public void Missed() => Interlocked.Increment(ref misses);

    public void Led() => Interlocked.Increment(ref turns);

    public void Waited() => Interlocked.Increment(ref waits);

    public void Evicted() => Interlocked.Increment(ref evictions);

    public void Read(long bytes) => Interlocked.Add(ref readBytes, bytes);

    public void Stored(long bytes)
    {
        Interlocked.Increment(ref stored);
        Interlocked.Add(ref storedBytes, bytes);
    }
}
