namespace Sluice.Video.Planning;

/// <summary>A request as the planner sees it.</summary>
/// <param name="Path">The path in the edge's normal form, with its leading slash.</param>
/// <param name="Query">The query, with or without its question mark; empty for none.</param>
/// <param name="Field">A request field's value, several lines joined by commas; null when absent.</param>
public readonly record struct VideoRequest(string Path, string Query, Func<string, string?> Field)
{
    /// <summary>True when the client may use debugging and bypass switches (decision D11); those of others have no effect. Default false.</summary>
    public bool MayDebug { get; init; }

    /// <summary>Set by code of the host: as if debug=true had been asked, whoever asks (row DBG-03). Default false.</summary>
    public bool DebugEnabled { get; init; }

    /// <summary>True for what the server wrote down of a variant, or whoever runs it asks: all parameters are taken then.</summary>
    internal bool IsOfServer { get; init; }
}
