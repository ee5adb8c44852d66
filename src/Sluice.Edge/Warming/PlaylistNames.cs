using Sluice.Edge.Requests;

namespace Sluice.Edge.Warming;

/// <summary>The paths that an HLS manifest (RFC 8216) names.</summary>
internal static class PlaylistNames
{
    /// <summary>A manifest of a day of two-second segments has a tenth of it.</summary>
    public const int MaximumBytes = 16 << 20;

    // Other tags name what does not exist yet (EXT-X-PRELOAD-HINT) or what is no part of the picture (EXT-X-SESSION-DATA).
    private static readonly string[] Naming = ["#EXT-X-MEDIA:", "#EXT-X-I-FRAME-STREAM-INF:", "#EXT-X-MAP:", "#EXT-X-KEY:", "#EXT-X-PART:"];

    /// <summary>True for a path whose body may be one.</summary>
    public static bool IsPlaylist(string path) => path.EndsWith(".m3u8", StringComparison.OrdinalIgnoreCase);

    /// <summary>The targets it names on the server it is from, each once, in its order. What leads to another server, or needs a variable (EXT-X-DEFINE), is left out.</summary>
    /// <param name="path">Its own path.</param>
    /// <param name="text">Its body.</param>
    public static IReadOnlyList<string> Read(string path, string text)
    {
        // A page of text that answers to any name would be taken for a list of paths, line by line (RFC 8216 section 4.3.1.1).
        if (!text.StartsWith("#EXTM3U", StringComparison.Ordinal)) return [];
        var own = new Uri("http://here" + path);
        var found = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var part in text.AsSpan().EnumerateLines())
        {
            var line = part.Trim();
            var address = line.StartsWith('#') ? NamedBy(line) : line;
            if (address.IsEmpty || address.Contains("{$", StringComparison.Ordinal) || !Uri.TryCreate(own, address.ToString(), out var named)) continue;
            if (named.Scheme == own.Scheme && named.Authority == own.Authority && RequestTarget.TryParse(named.PathAndQuery, out var target, out _)) found.TryAdd(target.Text, true);
        }

        return [.. found.Keys];
    }

    private static ReadOnlySpan<char> NamedBy(ReadOnlySpan<char> line)
    {
        foreach (var tag in Naming)
        {
            if (!line.StartsWith(tag, StringComparison.Ordinal)) continue;
            var from = line.IndexOf("URI=\"", StringComparison.Ordinal);
            if (from < 0) return [];
            var rest = line[(from + 5)..];
            return rest.IndexOf('"') is >= 0 and var end ? rest[..end] : [];
        }

        return [];
    }
}
