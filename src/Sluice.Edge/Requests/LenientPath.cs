namespace Sluice.Edge.Requests;

/// <summary>
/// A path as the most lenient of servers reads it: escapes decoded, backslashes taken for slashes, slashes in a row for one, parameters of segments (";v=1") left out.
/// An object store decodes %2F, nginx merges slashes, servers of Java cut parameters off: whoever guards paths by how they are written has to know what else leads there.
/// </summary>
internal static class LenientPath
{
    /// <summary>True for a path that may be read in more than one way.</summary>
    public static bool IsAmbiguous(ReadOnlySpan<char> path) => path.ContainsAny("%\\;") || path.IndexOf("//") >= 0;

    /// <summary>The path, or a pattern of paths, so read.</summary>
    public static string Read(string path)
    {
        var read = string.Join('/', Segments(path));
        var text = Decode(path);
        return $"{(text.StartsWith('/') ? "/" : "")}{read}{(read.Length > 0 && text.EndsWith('/') ? "/" : "")}";
    }

    /// <summary>True when a segment so read is "." or "..": it leads elsewhere than it seems to.</summary>
    public static bool HasDotSegment(string path) => IsAmbiguous(path) && path.Contains('.', StringComparison.Ordinal) && Segments(path).Any(static segment => segment is "." or "..");

    private static IEnumerable<string> Segments(string path) => Decode(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Select(static segment => segment.Split(';')[0]);

    private static string Decode(string path) => Uri.UnescapeDataString(path).Replace('\\', '/');
}
