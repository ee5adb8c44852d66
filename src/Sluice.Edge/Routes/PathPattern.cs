using Sluice.Edge.Requests;

namespace Sluice.Edge.Routes;

/// <summary>A pattern of paths: <c>*</c> stands for any characters, slashes too, and <c>?</c> for one that is not a slash. Matched against the whole path in its normal, percent-encoded form.</summary>
public sealed class PathPattern
{
    private readonly string pattern;
    private readonly bool isEverything;
    private readonly bool isPlain;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public PathPattern(string pattern)
        : this(pattern, IsValid(pattern))
    {
    }

    private PathPattern(string pattern, bool isValid)
    {
        if (!isValid) throw new ArgumentException($"\"{pattern}\" is not a path pattern.", nameof(pattern));
        this.pattern = pattern;
        isEverything = pattern is "/*" or "*";
        isPlain = pattern.AsSpan().IndexOfAny('*', '?') < 0;
    }

    /// <summary>True for "/*": it takes every path.</summary>
    public bool IsEverything => isEverything;

    /// <summary>True for a text that begins with a slash or a star and holds nothing that no path in normal form does.</summary>
    public static bool IsValid(string pattern) => pattern.Length > 0 && pattern[0] is '/' or '*' && !pattern.AsSpan().ContainsAnyExceptInRange('!', '~') && !pattern.Contains('#', StringComparison.Ordinal);

    /// <summary>The same pattern for paths as <see cref="LenientPath"/> reads them.</summary>
    internal PathPattern AsRead() => new(LenientPath.Read(pattern), true);

    /// <summary>True when the path matches. Takes no memory, and time in proportion to path and pattern.</summary>
    public bool Matches(ReadOnlySpan<char> path)
    {
        if (isEverything) return true;
        if (isPlain) return path.SequenceEqual(pattern);
        // At a mismatch only the last star needs another try: an earlier one could take no less than it did.
        var (at, next, star, from) = (0, 0, -1, 0);
        while (at < path.Length)
        {
            if (next < pattern.Length && pattern[next] == '*') (star, from) = (next++, at);
            else if (next < pattern.Length && (pattern[next] == path[at] || (pattern[next] == '?' && path[at] != '/')))
            {
                at++;
                next++;
            }
            else if (star >= 0) (at, next) = (++from, star + 1);
            else return false;
        }

        while (next < pattern.Length && pattern[next] == '*') next++;
        return next == pattern.Length;
    }

    /// <inheritdoc/>
    public override string ToString() => pattern;
}
