using System.Text;

namespace Sluice.Edge.Playback;

/// <summary>Adds a token to every address in a manifest (RFC 8216) or list of thumbnails (WebVTT), so that players that know nothing of tokens carry it along.</summary>
internal static class SignedManifest
{
    /// <summary>True for a path whose body is rewritten for each viewer.</summary>
    public static bool Is(string path) => path.EndsWith(".m3u8", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".vtt", StringComparison.OrdinalIgnoreCase);

    /// <summary>The text with tokens.</summary>
    public static string Write(string path, string text, string token)
    {
        var isManifest = path.EndsWith(".m3u8", StringComparison.OrdinalIgnoreCase);
        var result = new StringBuilder(text.Length * 2);
        foreach (var line in text.Split('\n'))
        {
            if (result.Length > 0) result.Append('\n');
            var bare = line.TrimEnd('\r');
            if (isManifest ? bare.Length > 0 && bare[0] != '#' : bare.Contains("#xywh=", StringComparison.Ordinal)) result.Append(Sign(bare, token));
            else if (isManifest && bare.StartsWith('#') && bare.IndexOf("URI=\"", StringComparison.Ordinal) is >= 0 and var at && bare.IndexOf('"', at + 5) is >= 0 and var end)
                result.Append(bare, 0, at + 5).Append(Sign(bare[(at + 5)..end], token)).Append(bare, end, bare.Length - end);
            else result.Append(bare);
        }
        return result.ToString();
    }

    // What leads to another server is none of our business, and must not be given our token.
    private static string Sign(string address, string token)
    {
        if (address.Contains("://", StringComparison.Ordinal) || address.StartsWith("//", StringComparison.Ordinal) || address.StartsWith("data:", StringComparison.OrdinalIgnoreCase)) return address;
        var mark = address.IndexOf('#', StringComparison.Ordinal);
        var (path, fragment) = mark < 0 ? (address, "") : (address[..mark], address[mark..]);
        return $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{PlaybackTokens.Parameter}={token}{fragment}";
    }
}
