namespace Sluice.S3.Objects;

/// <summary>A request to a bucket before it is addressed and signed.</summary>
/// <param name="Method">GET or HEAD.</param>
/// <param name="Path">Encoded key, without a leading slash; empty for the bucket itself.</param>
/// <param name="Query">Canonical query without "?"; empty for none.</param>
/// <param name="Fields">Range and conditions. They are not signed, since a proxy in between may spell them anew; but x-amz-* fields (named in lower case) are.</param>
internal sealed record S3Ask(HttpMethod Method, string Path, string Query, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>The key below the prefix, not encoded; null when the request is not for an object.</summary>
    public string? Key { get; init; }
}
