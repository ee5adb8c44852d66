using System.Security.Cryptography;
using System.Text;
using Sluice.Core.Objects;

namespace Sluice.Core.Variants;

/// <summary>The object a variant is made from, read through the cache: its bytes come from the tiers, and what is missing from the origin, into the tiers.</summary>
/// <param name="Stored">The object; null when there is none that may be kept, and so none to be read in pieces.</param>
/// <param name="Status">Its status, or that of the origin's answer.</param>
/// <param name="Reason">Why it cannot be used, in a few words; empty when it can.</param>
public sealed record SourceObject(CachedObject? Stored, int Status, string Reason = "")
{
    /// <summary>What tells this version of the source from another, for the version of what is made from it: 16 characters.</summary>
    public static string VersionOf(ObjectVersion version)
    {
        // Without an ETag, the time and the length are what the version is (decision D20).
        var text = version.ETag ?? $"{version.LastModified} {version.Length}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }
}
