namespace Sluice.Edge.Explain;

/// <summary>What the cache knows about a path, and what would happen to the next plain GET for it.</summary>
public sealed record Explanation
{
    /// <summary>Normalised path and query.</summary>
    public required string Target { get; init; }

    /// <summary>The route that takes it; null when none does.</summary>
    public string? Route { get; init; }

    /// <summary>Name of the origin.</summary>
    public string? Origin { get; init; }

    /// <summary>The full key text.</summary>
    public string? Key { get; init; }

    /// <summary>SHA-256 of the key, lower-case hex.</summary>
    public string? KeyHash { get; init; }

    /// <summary>What is stored, one for each Vary selection.</summary>
    public IReadOnlyList<StoredExplanation> Stored { get; init; } = [];

    /// <summary>hit, miss, stale, revalidated, bypass or refused: what the next plain GET would be.</summary>
    public required string Next { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Why { get; init; }
}
