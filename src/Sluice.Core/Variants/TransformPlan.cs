namespace Sluice.Core.Variants;

/// <summary>One variant as a request wants it.</summary>
public sealed record TransformPlan
{
    /// <summary>The key it is stored under (rows KEY-01 to KEY-04): the same for all requests that want the same bytes. Holds no space.</summary>
    public required string Key { get; init; }

    /// <summary>Path of the object it is made from.</summary>
    public required string Source { get; init; }

    /// <summary>What tells this making of it from another that has the same key (a derivative that was given another meaning): 8 characters.</summary>
    public required string Recipe { get; init; }

    /// <summary>What to make: for the transform's own origin.</summary>
    public required object Order { get; init; }

    /// <summary>Request fields that had a say in the choice: named in Vary.</summary>
    public IReadOnlyList<string> Vary { get; init; } = [];

    /// <summary>True when whoever asks for the same path and query gets the same variant, now and later.</summary>
    public bool IsForAll { get; init; }

    /// <summary>True to make it though it is stored (row DBG-01).</summary>
    public bool SkipsCache { get; init; }

    /// <summary>True to use it only where it is in memory (row DBG-02).</summary>
    public bool SkipsStore { get; init; }

    /// <summary>True when the original is to be sent where the variant cannot be made (row U070).</summary>
    public bool FallsBack { get; init; } = true;

    /// <summary>Path and query of what whoever asks for this will ask for next; null where that is not known.</summary>
    public string? Next { get; init; }

    /// <summary>How long the stored one is used unasked once it is found to be current; null for as long as a new one (row TTL-12).</summary>
    public TimeSpan? ConfirmedLifetime { get; init; }

    /// <summary>Fields for this request's answer alone.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Who asks, for fair shares.</summary>
    public string Client { get; init; } = "";
}
