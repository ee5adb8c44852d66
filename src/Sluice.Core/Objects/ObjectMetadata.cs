using Sluice.Core.Freshness;

namespace Sluice.Core.Objects;

/// <summary>Everything about a stored object but its bytes. Immutable: a 304 or a purge puts a new one in its place.</summary>
public sealed record ObjectMetadata
{
    /// <summary>The final status of the origin's answer, 200 to 599. A stored 206 is kept as 200 with some chunks missing.</summary>
    public required int Status { get; init; }

    /// <summary>The end-to-end header fields as the origin sent them.</summary>
    public required HeaderList Headers { get; init; }

    /// <summary>The version of the body.</summary>
    public required ObjectVersion Version { get; init; }

    /// <summary>How long, and how far beyond, it may be used.</summary>
    public required ObjectFreshness Freshness { get; init; }

    /// <summary>Purge tags, without duplicates.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The source this object was made from: its own path, or for a variant the path of the original. Purge by source matches it.</summary>
    public string Source { get; init; } = "";

    /// <summary>The request header fields this answer was selected by, in the order Vary names them, with the values of the storing request (RFC 9111 section 4.1). Empty: one answer for all.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Vary { get; init; } = [];

    /// <summary>Length of the whole body in bytes; null while a body of undeclared length is still arriving.</summary>
    public long? Length => Version.Length;
}
