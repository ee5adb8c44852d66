using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sluice.Edge.Requests;

/// <summary>A request target in its one normal form (RFC 3986 section 6.2.2): dot segments resolved, unreserved characters decoded, hex digits in upper case. Made once; keys and origins use this form only.</summary>
/// <param name="Path">Path with its leading slash.</param>
/// <param name="Query">Query with its "?", or empty.</param>
internal readonly record struct RequestTarget(string Path, string Query)
{
    /// <summary>Longest target accepted, in characters.</summary>
    public const int MaximumLength = 8192;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~!$&'()*+,;=:@/?");

    // What normalising lets stand by itself.
    private static readonly SearchValues<char> Standing = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Except(['%', '#'])]);

    /// <summary>Path and query: the name of the object within its scope.</summary>
    public string Text => Query.Length == 0 ? Path : Path + Query;

    /// <summary>Reads a request line's target in origin form or absolute form. False with a reason when it is malformed or leaves the root.</summary>
    public static bool TryParse(string raw, out RequestTarget target, out string reason)
    {
        target = default;
        if (raw.Length > MaximumLength)
        {
            reason = "too long";
            return false;
        }

        var text = raw.AsSpan();
        if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            text = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
            var end = text.IndexOfAny('/', '?');
            text = end < 0 ? "/" : text[end..];
            if (text[0] == '?') text = "/" + text.ToString();
        }

        reason = "the path must begin with a slash";
        if (text.IsEmpty || text[0] != '/') return false;
        // Nearly every target is in normal form already.
        var mark = text.IndexOf('?');
        var path = mark < 0 ? text : text[..mark];
        var query = mark < 0 ? [] : text[mark..];
        if (!TryNormalise(path, isQuery: false, out var cleanPath, out reason) || !TryNormalise(query, isQuery: true, out var cleanQuery, out reason)) return false;
        if (HasDotSegment(cleanPath) && !TryResolveDots(cleanPath, out cleanPath))
        {
            reason = "the path leaves the root";
            return false;
        }

        // What is "..%2F" to one server is "../" to the next, which would leave the folder, prefix or route that the path seems to be in.
        if (LenientPath.HasDotSegment(cleanPath))
        {
            reason = "a dot segment beside an escaped slash, a backslash or a semicolon";
            return false;
        }

        target = new(cleanPath, cleanQuery);
        return true;
    }

    /// <summary>True for a query in normal form.</summary>
    public static bool IsNormal(ReadOnlySpan<char> query)
    {
        while (query.IndexOfAnyExcept(Standing) is >= 0 and var at)
        {
            query = query[at..];
            if (query is not ['%', var high, var low, ..] || char.IsAsciiLetterLower(high) || char.IsAsciiLetterLower(low)
                || !byte.TryParse(query[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value == 0 || IsUnreserved((char)value)) return false;
            query = query[3..];
        }

        return true;
    }

    private static bool IsUnreserved(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~';

    private static bool TryNormalise(ReadOnlySpan<char> text, bool isQuery, out string clean, out string reason)
    {
        reason = "";
        clean = text.ToString();
        if (text.IndexOfAnyExcept(Plain) < 0 && !text.Contains('.')) return true;
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                {
                    // In links as people write them ("?sale=50%") it stands for itself, which browsers and other proxies let pass. What a path with one names is anybody's guess.
                    if (isQuery)
                    {
                        builder.Append("%25");
                        continue;
                    }

                    reason = "bad percent-encoding";
                    return false;
                }

                var value = (char)Convert.ToByte(text.Slice(i + 1, 2).ToString(), 16);
                if (value == 0)
                {
                    reason = "a NUL in the target";
                    return false;
                }

                if (IsUnreserved(value)) builder.Append(value);
                else builder.Append('%').Append(char.ToUpperInvariant(text[i + 1])).Append(char.ToUpperInvariant(text[i + 2]));
                i += 2;
            }
            else if (c is <= ' ' or '\x7f' or '#')
            {
                reason = c switch { ' ' => "a space in the target, which a URL writes as %20", '#' => "a # in the target, which a URL writes as %23", _ => "a control character in the target" };
                return false;
            }
            else if (c > '\x7f')
            {
                // Whole characters: half of one (a surrogate) has no percent-encoding.
                if (Rune.DecodeFromUtf16(text[i..], out var rune, out var length) != OperationStatus.Done)
                {
                    reason = "half a character in the target";
                    return false;
                }

                builder.Append(Uri.EscapeDataString(rune.ToString()));
                i += length - 1;
            }
            else builder.Append(c);
        }

        clean = builder.ToString();
        return true;
    }

    private static bool HasDotSegment(string path)
    {
        for (var i = path.IndexOf("/.", StringComparison.Ordinal); i >= 0; i = path.IndexOf("/.", i + 1, StringComparison.Ordinal))
        {
            var after = path.AsSpan(i + 2);
            if (after.IsEmpty || after[0] == '/' || (after[0] == '.' && (after.Length == 1 || after[1] == '/'))) return true;
        }

        return false;
    }

    private static bool TryResolveDots(string path, out string resolved)
    {
        List<string> kept = [];
        var segments = path[1..].Split('/');
        resolved = path;
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] == ".")
            {
                if (isLast) kept.Add("");
            }
            else if (segments[i] == "..")
            {
                if (kept.Count == 0) return false;
                kept.RemoveAt(kept.Count - 1);
                if (isLast) kept.Add("");
            }
            else kept.Add(segments[i]);
        }

        resolved = "/" + string.Join('/', kept);
        return true;
    }
}
