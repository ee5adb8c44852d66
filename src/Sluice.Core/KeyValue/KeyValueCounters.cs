namespace Sluice.Core.KeyValue;

/// <summary>What was done to one namespace, which some stores bill (rows KV-08, MTR-37). Kept per processor, so that reads share no cache line.</summary>
/// <param name="kind">Which store: "memory", "sqlite", "redis". A label.</param>
public sealed class KeyValueCounters(string kind)
{
    private const int Hit = 0, Missed = 1, Write = 2, Delete = 3, BytesRead = 4, BytesWritten = 5;

    // Two cache lines for each processor.
    private const int Stride = 16;
    private readonly long[] cells = new long[Environment.ProcessorCount * Stride];

    /// <summary>Which store.</summary>
    public string Kind => kind;

    /// <summary>Reads that found an entry.</summary>
    public long Hits => Sum(Hit);

    /// <summary>Reads that found none.</summary>
    public long Misses => Sum(Missed);

    /// <summary>Values stored.</summary>
    public long Writes => Sum(Write);

    /// <summary>Deletions asked for, by key or tag.</summary>
    public long Deletes => Sum(Delete);

    /// <summary>Bytes of the values found.</summary>
    public long ReadBytes => Sum(BytesRead);

    /// <summary>Bytes of the keys and values stored.</summary>
    public long WrittenBytes => Sum(BytesWritten);

    /// <summary>Counts a read and gives what it found.</summary>
    public KeyValueEntry? Read(KeyValueEntry? found)
    {
        Add(found is null ? Missed : Hit, 1);
        if (found is not null) Add(BytesRead, found.Value.Length);
        return found;
    }

    /// <summary>Counts a value stored.</summary>
    public void Wrote(long bytes)
    {
        Add(Write, 1);
        Add(BytesWritten, bytes);
    }

    /// <summary>Counts a deletion.</summary>
    public void Deleted() => Add(Delete, 1);

    private void Add(int what, long count) => Interlocked.Add(ref cells[(Thread.GetCurrentProcessorId() % Environment.ProcessorCount * Stride) + what], count);

    private long Sum(int what)
    {
        var sum = 0L;
        for (var i = what; i < cells.Length; i += Stride) sum += Volatile.Read(ref cells[i]);
        return sum;
    }
}
