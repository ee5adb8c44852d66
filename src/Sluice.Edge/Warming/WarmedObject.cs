namespace Sluice.Edge.Warming;

/// <summary>What fetching an object ahead of its first viewer came to.</summary>
/// <param name="Target">What was asked for.</param>
/// <param name="Status">Status a viewer gets for it now.</param>
public sealed record WarmedObject(string Target, int Status)
{
    /// <summary>True when the next viewer gets it out of the cache.</summary>
    public bool IsHeld { get; init; }

    /// <summary>True when it, or a part of it, had to come from the origin.</summary>
    public bool IsFetched { get; init; }

    /// <summary>Its length in bytes.</summary>
    public long? Length { get; init; }

    /// <summary>Of an HLS manifest: the paths it names on this server, in its order.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Why it is not held; null when it is.</summary>
    public string? Reason { get; init; }
}
