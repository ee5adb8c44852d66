using Sluice.Core.Objects;

namespace Sluice.Core.Variants;

/// <summary>A request as a transform looks at it.</summary>
/// <param name="Path">Normalised, percent-encoded path with a leading slash.</param>
/// <param name="Query">Query with its leading "?".</param>
/// <param name="Field">A request field's value, several lines joined by commas; null when absent.</param>
public sealed record TransformQuery(string Path, string Query, Func<string, string?> Field)
{
    /// <summary>Who asks: the address of the viewer, as far as it is known. What is waited for is shared out fairly among these.</summary>
    public string Client { get; init; } = "";

    /// <summary>GET or HEAD.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>What is stored under a key of a variant; null for nothing. For explaining only: what is found may be stale.</summary>
    public Func<string, CachedObject?> Look { get; init; } = static _ => null;

    /// <summary>True when the request came from this machine.</summary>
    public bool IsLocal { get; init; }

    /// <summary>True when whoever runs the server asks, to look, to purge or to make ahead: that needs no signed URL.</summary>
    public bool IsOperator { get; init; }
}
