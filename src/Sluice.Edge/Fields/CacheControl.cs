using Sluice.Core.Objects;

namespace Sluice.Edge.Fields;

/// <summary>What Cache-Control says, in a request or a response (RFC 9111 section 5.2). Reading a value without field lists allocates nothing.</summary>
/// <remarks>
/// Names compare without case. Times are seconds, saturating at <see cref="int.MaxValue"/>. Of repeated directives the first counts; switches add up.
/// A max-age or s-maxage whose argument is missing or not digits (quoted digits are fine) reads as 0, since invalid freshness is to be taken as stale
/// (section 4.2.1); any other time with such an argument is ignored. What is inside quotes is never a directive; a quote that is never closed is an ordinary character.
/// </remarks>
internal readonly record struct CacheControl
{
    /// <summary>The switches that are on.</summary>
    public CacheDirectives Directives { get; init; }

    /// <summary>max-age; null when absent.</summary>
    public int? MaxAge { get; init; }

    /// <summary>s-maxage; null when absent.</summary>
    public int? SharedMaxAge { get; init; }

    /// <summary>stale-while-revalidate (RFC 5861 section 3); null when absent.</summary>
    public int? StaleWhileRevalidate { get; init; }

    /// <summary>stale-if-error (RFC 5861 section 4); null when absent.</summary>
    public int? StaleIfError { get; init; }

    /// <summary>min-fresh of a request; null when absent.</summary>
    public int? MinFresh { get; init; }

    /// <summary>max-stale of a request; <see cref="int.MaxValue"/> when it has no argument; null when absent.</summary>
    public int? MaxStale { get; init; }

    /// <summary>The field names of no-cache="…", as one list for <see cref="FieldNames"/>; null when there is none.</summary>
    public string? NoCacheFields { get; init; }

    /// <summary>The field names of private="…", as one list for <see cref="FieldNames"/>; null when there is none.</summary>
    public string? PrivateFields { get; init; }

    /// <summary>True when that switch is on.</summary>
    public bool Has(CacheDirectives directive) => (Directives & directive) != 0;

    /// <summary>Reads every Cache-Control line.</summary>
    public static CacheControl Read(HeaderList headers)
    {
        var result = new CacheControl();
        for (var i = 0; i < headers.Count; i++)
            if (headers[i].Key.Equals("Cache-Control", StringComparison.OrdinalIgnoreCase)) result = result.With(headers[i].Value);
        return result;
    }

    /// <summary>Reads one line's value.</summary>
    public static CacheControl Parse(ReadOnlySpan<char> value) => new CacheControl().With(value);

    private CacheControl With(ReadOnlySpan<char> rest)
    {
        var result = this;
        while (NextDirective(ref rest, out var name, out var argument, out var hasArgument))
            result = result.With(name, argument, hasArgument);
        return result;
    }

    private CacheControl With(ReadOnlySpan<char> name, ReadOnlySpan<char> argument, bool hasArgument)
    {
        Span<char> lower = stackalloc char[32];
        if (name.Length > lower.Length) return this;
        lower = lower[..name.ToLowerInvariant(lower)];
        var seconds = Digits.TryParseSeconds(argument, out var number) ? number : (int?)null;
        return lower switch
        {
            "max-age" => this with { MaxAge = MaxAge ?? seconds ?? 0 },
            "s-maxage" => this with { SharedMaxAge = SharedMaxAge ?? seconds ?? 0 },
            "stale-while-revalidate" => this with { StaleWhileRevalidate = StaleWhileRevalidate ?? seconds },
            "stale-if-error" => this with { StaleIfError = StaleIfError ?? seconds },
            "min-fresh" => this with { MinFresh = MinFresh ?? seconds },
            "max-stale" => this with { MaxStale = MaxStale ?? (hasArgument ? seconds : int.MaxValue) },
            "no-cache" when FieldNames.AreNames(argument) => this with { NoCacheFields = Join(NoCacheFields, argument) },
            "private" when FieldNames.AreNames(argument) => this with { PrivateFields = Join(PrivateFields, argument) },
            "no-cache" => On(CacheDirectives.NoCache),
            "private" => On(CacheDirectives.Private),
            "no-store" => On(CacheDirectives.NoStore),
            "public" => On(CacheDirectives.Public),
            "must-revalidate" => On(CacheDirectives.MustRevalidate),
            "proxy-revalidate" => On(CacheDirectives.ProxyRevalidate),
            "must-understand" => On(CacheDirectives.MustUnderstand),
            "no-transform" => On(CacheDirectives.NoTransform),
            "immutable" => On(CacheDirectives.Immutable),
            "only-if-cached" => On(CacheDirectives.OnlyIfCached),
            _ => this,
        };
    }

    private CacheControl On(CacheDirectives directive) => this with { Directives = Directives | directive };

    private static string Join(string? list, ReadOnlySpan<char> more) => list is null ? more.ToString() : string.Concat(list, ", ", more);

    private static bool NextDirective(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> name, out ReadOnlySpan<char> argument, out bool hasArgument)
    {
        argument = default;
        rest = rest.TrimStart(" \t,");
        var nameEnd = rest.IndexOfAny('=', ',');
        hasArgument = nameEnd >= 0 && rest[nameEnd] == '=';
        if (!hasArgument)
        {
            name = (nameEnd < 0 ? rest : rest[..nameEnd]).TrimEnd(" \t");
            rest = nameEnd < 0 ? default : rest[nameEnd..];
            return !name.IsEmpty;
        }

        // White space around "=" is not in the grammar. The name is still recognised so that its bad argument can count as invalid.
        var spaced = nameEnd > 0 && rest[nameEnd - 1] is ' ' or '\t';
        name = rest[..nameEnd].TrimEnd(" \t");
        rest = rest[(nameEnd + 1)..];
        var quoted = rest.Length > 0 && rest[0] == '"' ? ClosingQuote(rest) : -1;
        var comma = quoted < 0 ? rest.IndexOf(',') : rest[quoted..].IndexOf(',') is >= 0 and var after ? quoted + after : -1;
        var text = comma < 0 ? rest : rest[..comma];
        rest = comma < 0 ? default : rest[comma..];
        text = text.TrimEnd(" \t");
        if (!spaced) argument = quoted >= 0 && text.Length == quoted + 1 ? text[1..^1] : text;
        return true;
    }

    private static int ClosingQuote(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') return i;
        }
        return -1;
    }
}
