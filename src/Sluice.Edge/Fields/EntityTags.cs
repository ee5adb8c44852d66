namespace Sluice.Edge.Fields;

/// <summary>Entity tags and lists of them (RFC 9110 sections 8.8.3, 13.1.1 and 13.1.2).</summary>
/// <remarks>
/// A tag without quotes, which the grammar does not have, equals only the same text without quotes: a client that sends back what it was given gets its match.
/// </remarks>
internal static class EntityTags
{
    /// <summary>True when the field's value is "*", which any current object meets.</summary>
    public static bool IsAny(ReadOnlySpan<char> field) => field.Trim(" \t") is "*";

    /// <summary>True when a member equals <paramref name="tag"/> by weak comparison (If-None-Match). "*" is not a match here: see <see cref="IsAny"/>.</summary>
    public static bool ContainsWeak(ReadOnlySpan<char> field, ReadOnlySpan<char> tag) => Contains(field, tag, strong: false);

    /// <summary>True when a member equals <paramref name="tag"/> by strong comparison: both strong (If-Match, If-Range).</summary>
    public static bool ContainsStrong(ReadOnlySpan<char> field, ReadOnlySpan<char> tag) => Contains(field, tag, strong: true);

    /// <summary>True for a tag marked W/.</summary>
    public static bool IsWeak(ReadOnlySpan<char> tag) => tag.StartsWith("W/", StringComparison.Ordinal);

    private static bool Contains(ReadOnlySpan<char> field, ReadOnlySpan<char> tag, bool strong)
    {
        if (tag.IsEmpty || (strong && IsWeak(tag))) return false;
        while (NextMember(ref field, out var member))
        {
            if (strong && IsWeak(member)) continue;
            if (Opaque(member).SequenceEqual(Opaque(tag))) return true;
        }
        return false;
    }

    private static ReadOnlySpan<char> Opaque(ReadOnlySpan<char> tag) => IsWeak(tag) ? tag[2..] : tag;

    // A comma inside quotes belongs to the tag; there are no escapes in entity tags.
    private static bool NextMember(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> member)
    {
        rest = rest.TrimStart(" \t,");
        var start = IsWeak(rest) ? 2 : 0;
        var from = 0;
        if (rest.Length > start && rest[start] == '"')
        {
            var close = rest[(start + 1)..].IndexOf('"');
            if (close >= 0) from = start + 1 + close + 1;
        }
        var comma = rest[from..].IndexOf(',');
        var end = comma < 0 ? rest.Length : from + comma;
        member = rest[..end].TrimEnd(" \t");
        rest = rest[end..];
        return !member.IsEmpty;
    }
}
