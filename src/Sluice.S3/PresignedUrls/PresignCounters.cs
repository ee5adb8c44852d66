namespace Sluice.S3.PresignedUrls;

/// <summary>Counts of one bucket's URLs, kept per processor so that hits share no cache line.</summary>
internal sealed class PresignCounters(string origin)
{
    // Two cache lines for each processor.
    private const int Stride = 16;
    private readonly long[] cells = new long[Environment.ProcessorCount * Stride];

    /// <summary>Label of this bucket's metrics.</summary>
    public string Origin => origin;

    /// <summary>Times of signatures.</summary>
    public PresignTimes Generation { get; } = new();

    /// <summary>Times of handing a URL out, whatever it took.</summary>
    public PresignTimes Duration { get; } = new();

    /// <summary>Entries and bytes in memory and store, read when somebody asks.</summary>
    public Func<PresignSizes> Sizes { get; set; } = () => default;

    public long this[PresignCount count]
    {
        get
        {
            var sum = 0L;
            for (var i = (int)count; i < cells.Length; i += Stride) sum += Volatile.Read(ref cells[i]);
            return sum;
        }
    }

    public long StoreErrors => this[PresignCount.StoreTimeouts] + this[PresignCount.StoreBusy] + this[PresignCount.StoreFailures];

    /// <summary>Counts one; how many there are on this processor.</summary>
    public long Add(PresignCount count) => Interlocked.Increment(ref cells[(Thread.GetCurrentProcessorId() % Environment.ProcessorCount * Stride) + (int)count]);
}
