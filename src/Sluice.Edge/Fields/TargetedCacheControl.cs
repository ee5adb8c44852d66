using Microsoft.AspNetCore.Http;
using Sluice.Core.Objects;

namespace Sluice.Edge.Fields;

/// <summary>Targeted fields such as CDN-Cache-Control (RFC 9213): the directives of Cache-Control as a structured dictionary.</summary>
internal static class TargetedCacheControl
{
    /// <summary>
    /// Reads that field. False when it is absent, empty, not a dictionary, or gives a directive a value of the wrong type (a quoted or negative or missing number,
    /// a number for a switch): the field is then to be ignored whole, and Cache-Control rules. When true, Cache-Control and Expires are to be ignored (section 2.1).
    /// </summary>
    public static bool TryRead(HeaderList headers, string name, out CacheControl control)
    {
        control = default;
        return headers.Combined(name) is { } text && TryParse(text, out control);
    }

    /// <summary>Reads the lines joined by commas.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CacheControl control)
    {
        control = default;
        var read = new CacheControl();
        var members = new StructuredDictionary(text);
        var any = false;
        while (members.MoveNext())
        {
            any = true;
            var seconds = members is { Kind: StructuredKind.Integer, Number: >= 0 } ? (int)Math.Min(members.Number, int.MaxValue) : (int?)null;
            var isTime = true;
            switch (members.Key)
            {
                case "max-age": read = read with { MaxAge = seconds }; break;
                case "s-maxage": read = read with { SharedMaxAge = seconds }; break;
                case "stale-while-revalidate": read = read with { StaleWhileRevalidate = seconds }; break;
                case "stale-if-error": read = read with { StaleIfError = seconds }; break;
                default: isTime = false; break;
            }
            if (isTime ? seconds is null : !TrySwitch(ref read, ref members)) return false;
        }
        if (members.Failed || !any) return false;
        control = read;
        return true;
    }

    /// <summary>Takes out of an answer what speaks to caches between here and its client instead of Cache-Control: such fields, whichever cache they are for (CDN-, Cloudflare-CDN-, …), and two that are older.</summary>
    public static void RemoveAll(IHeaderDictionary answer)
    {
        foreach (var name in answer.Keys.Where(SpeaksToCaches).ToArray()) answer.Remove(name);
    }

    private static bool SpeaksToCaches(string name) =>
        name.EndsWith("-Cache-Control", StringComparison.OrdinalIgnoreCase) || name.Equals("Surrogate-Control", StringComparison.OrdinalIgnoreCase) || name.Equals("X-Accel-Expires", StringComparison.OrdinalIgnoreCase);

    private static bool TrySwitch(ref CacheControl read, ref StructuredDictionary member)
    {
        var directive = member.Key switch
        {
            "no-store" => CacheDirectives.NoStore,
            "no-cache" => CacheDirectives.NoCache,
            "private" => CacheDirectives.Private,
            "public" => CacheDirectives.Public,
            "must-revalidate" => CacheDirectives.MustRevalidate,
            "proxy-revalidate" => CacheDirectives.ProxyRevalidate,
            "must-understand" => CacheDirectives.MustUnderstand,
            "no-transform" => CacheDirectives.NoTransform,
            "immutable" => CacheDirectives.Immutable,
            _ => CacheDirectives.None,
        };
        if (directive == CacheDirectives.None) return true;
        if (member.Kind == StructuredKind.Boolean)
        {
            // The last of repeated keys counts, so ?0 also takes back an earlier one.
            read = read with { Directives = member.Number == 1 ? read.Directives | directive : read.Directives & ~directive };
            return true;
        }
        if (member.Kind != StructuredKind.String || directive is not (CacheDirectives.NoCache or CacheDirectives.Private)) return false;
        if (!FieldNames.AreNames(member.Value)) read = read with { Directives = read.Directives | directive };
        else if (directive == CacheDirectives.NoCache) read = read with { NoCacheFields = member.Value.ToString() };
        else read = read with { PrivateFields = member.Value.ToString() };
        return true;
    }
}
