namespace Sluice.Core.Tags;

/// <summary>What a purge did, or with a dry run would do. Once it is handed out, no tier can still serve what it counts.</summary>
public sealed record PurgeReceipt
{
    /// <summary>Objects selected.</summary>
    public int Objects { get; init; }

    /// <summary>Bytes of them in memory.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Bytes of them on disk.</summary>
    public long DiskBytes { get; init; }

    /// <summary>Fetches that were under way and whose result will not be stored.</summary>
    public int Flights { get; init; }

    /// <summary>As asked.</summary>
    public bool Soft { get; init; }

    /// <summary>As asked.</summary>
    public bool DryRun { get; init; }

    /// <summary>Up to 20 of the paths selected, so that a person can see what was meant.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];
}
