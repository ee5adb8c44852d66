namespace Sluice.Redis.Objects;

/// <summary>What nodes share of objects, and in what pieces (rows U041 to U045).</summary>
public sealed record SharedTierOptions
{
    /// <summary>Bound on the bytes of all shared bodies; beyond it the least recently used leave. Default 1 GiB.</summary>
    public long MaximumBytes { get; init; } = 1L << 30;

    /// <summary>Longest body that is shared. Default 64 MiB.</summary>
    public long MaximumObjectBytes { get; init; } = 64L << 20;

    /// <summary>Up to this length a body is one value (row U041). Default 20 MiB.</summary>
    public long SizeThreshold { get; init; } = 20L << 20;

    /// <summary>Length of the parts of a longer body (row U041). Default 5 MiB.</summary>
    public int ChunkSize { get; init; } = 5 << 20;

    /// <summary>How long a node waits for another's turn before it fetches for itself (row U041). Default 10 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a turn lasts unless renewed: so long others wait for a node that died. Default 5 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pieces read ahead of a body (row U041). Default 3.</summary>
    public int ParallelFetches { get; init; } = 3;

    /// <summary>Everything that is wrong with these options, one line each.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (MaximumBytes < 1 || MaximumObjectBytes < 1 || MaximumObjectBytes > MaximumBytes) errors.Add("The longest body must fit into the bound on all.");
        if (ChunkSize < 1 << 10 || SizeThreshold < 0 || SizeThreshold > 512L << 20) errors.Add("Parts are 1 KiB or more, and one value at most 512 MiB.");
        if (MaximumObjectBytes / Math.Max(ChunkSize, 1) > 1000) errors.Add("A body has 1,000 parts at most: choose larger parts.");
        if (Patience <= TimeSpan.Zero || Lease <= TimeSpan.Zero || ParallelFetches < 1) errors.Add("Times and numbers must be more than nothing.");
        return errors;
    }
}
