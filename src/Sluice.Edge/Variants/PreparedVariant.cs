namespace Sluice.Edge.Variants;

/// <summary>What preparing a variant came to.</summary>
/// <param name="Target">What was asked for.</param>
/// <param name="Status">200 when it is there now; else why not.</param>
public sealed record PreparedVariant(string Target, int Status)
{
    /// <summary>The key it is stored under; null where it is none.</summary>
    public string? Key { get; init; }

    /// <summary>True when it had to be made.</summary>
    public bool IsMade { get; init; }

    /// <summary>Its length in bytes.</summary>
    public long? Length { get; init; }

    /// <summary>Why it is not there; null when it is.</summary>
    public string? Reason { get; init; }
}
