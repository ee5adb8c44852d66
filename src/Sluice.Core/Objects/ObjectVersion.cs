namespace Sluice.Core.Objects;

/// <summary>What tells one version of an object from another: its ETag, else Last-Modified with the length.</summary>
/// <param name="ETag">The entity tag as sent, quotes and W/ included; null when the origin sent none.</param>
/// <param name="LastModified">The Last-Modified field as sent; null when there was none.</param>
/// <param name="Length">Length of the whole body in bytes; null while unknown.</param>
public sealed record ObjectVersion(string? ETag, string? LastModified, long? Length)
{
    /// <summary>True when bytes fetched later can be proven to belong to this version: a strong ETag (RFC 9110 section 8.8.1).</summary>
    public bool IsStrong => ETag is { Length: > 0 } && !ETag.StartsWith("W/", StringComparison.Ordinal);

    /// <summary>True when both are known to be the same version. Two versions without any validator are never the same (decision D20).</summary>
    public bool Matches(ObjectVersion other)
    {
        if (ETag is not null || other.ETag is not null)
            return ETag is not null && other.ETag is not null && Opaque(ETag) == Opaque(other.ETag);
        return LastModified is not null && LastModified == other.LastModified && Length is not null && Length == other.Length;
    }

    private static string Opaque(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
}
