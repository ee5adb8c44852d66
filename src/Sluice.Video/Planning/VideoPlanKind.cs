namespace Sluice.Video.Planning;

/// <summary>What is to be done with a request.</summary>
public enum VideoPlanKind
{
    /// <summary>It does not concern variants: go on with path and query as they are.</summary>
    PassThrough,

    /// <summary>It asks for nothing that changes the bytes: the source itself, by its path without the query (row VAR-11).</summary>
    Original,

    /// <summary>It asks for a variant.</summary>
    Variant,

    /// <summary>It is refused.</summary>
    Refused,
}
