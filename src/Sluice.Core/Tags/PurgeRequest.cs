using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sluice.Core.Objects;

namespace Sluice.Core.Tags;

/// <summary>A purge.</summary>
/// <param name="Kind">What it selects by.</param>
/// <param name="Value">The path with query, path prefix, tag or source path.</param>
/// <param name="Soft">True: objects become stale and are revalidated at their next use. False: they are gone.</param>
/// <param name="DryRun">True: nothing changes; the receipt says what would.</param>
public sealed record PurgeRequest(PurgeKind Kind, string Value, bool Soft = false, bool DryRun = false)
{
    /// <summary>Longer names are remembered by their hash: whoever sends a POST chooses its URL, of up to eight thousand characters.</summary>
    private const int LongestName = 256;

    /// <summary>True: nobody asked for it, a method that may have changed the URL succeeded (RFC 9111 section 4.4), or a video of the catalog changed. Such ones are as frequent as changes are and not told in <see cref="ObjectCache.RecentPurges"/>. Default false.</summary>
    public bool IsInvalidation { get; init; }

    /// <summary>True for an object that the purge selects.</summary>
    /// <param name="target">The object's target.</param>
    /// <param name="metadata">Its metadata.</param>
    public bool Selects(string target, ObjectMetadata metadata) => Kind switch
    {
        PurgeKind.Url => target == Value,
        PurgeKind.Prefix => IsBelow(Value, target, metadata),
        PurgeKind.Tag => metadata.Tags.Contains(Value),
        _ => metadata.Source == Value,
    };

    /// <summary>What to remember a URL, tag or source by: itself, or the hash of one that is long.</summary>
    public static string NameOf(string value) => value.Length <= LongestName ? value : Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(value.AsSpan())));

    /// <summary>A variant's key is not its path; the path it was made from is.</summary>
    internal static bool IsBelow(string prefix, string target, ObjectMetadata metadata) =>
        target.StartsWith(prefix, StringComparison.Ordinal) || metadata.Source.StartsWith(prefix, StringComparison.Ordinal);
}
