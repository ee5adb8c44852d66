namespace Sluice.Edge.Explain;

/// <summary>One stored object, for a person.</summary>
public sealed record StoredExplanation
{
    /// <summary>Its status.</summary>
    public int Status { get; init; }

    /// <summary>Its ETag.</summary>
    public string? ETag { get; init; }

    /// <summary>Length of the body in bytes; null while it is still arriving without a declared length.</summary>
    public long? Length { get; init; }

    /// <summary>Bytes of it in memory.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Bytes of it on disk.</summary>
    public long DiskBytes { get; init; }

    /// <summary>True while bytes of it are being fetched.</summary>
    public bool IsFilling { get; init; }

    /// <summary>Its age in seconds.</summary>
    public long AgeSeconds { get; init; }

    /// <summary>Its lifetime in seconds.</summary>
    public long LifetimeSeconds { get; init; }

    /// <summary>Seconds it stays fresh; negative once stale.</summary>
    public long FreshForSeconds { get; init; }

    /// <summary>Seconds beyond its lifetime in which it is served while it is refreshed.</summary>
    public long StaleWhileRevalidateSeconds { get; init; }

    /// <summary>Seconds beyond its lifetime in which it is served when the origin fails.</summary>
    public long StaleIfErrorSeconds { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The request fields it was selected by, as "name: value".</summary>
    public IReadOnlyList<string> Vary { get; init; } = [];
}
