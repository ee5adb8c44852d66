namespace Sluice.Edge.Routes;

/// <summary>Path patterns: an exact path, a prefix before "*", a suffix after it.</summary>
public static class RoutePattern
{
    /// <summary>True when the pattern takes the path (without its query).</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        var star = pattern.IndexOf('*');
        if (star < 0) return path.SequenceEqual(pattern);
        var before = pattern[..star];
        var after = pattern[(star + 1)..];
        return path.Length >= before.Length + after.Length && path.StartsWith(before, StringComparison.Ordinal) && path.EndsWith(after, StringComparison.Ordinal);
    }
}
