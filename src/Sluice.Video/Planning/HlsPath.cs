using System.Globalization;
using Sluice.Video.Options;

namespace Sluice.Video.Planning;

/// <summary>
/// URLs of playlists and segments: below the video's own, for players and ffmpeg tell what they get by the end of a path. <c>clip.mp4/hls.m3u8</c> is <c>clip.mp4?mode=hls</c>, and
/// <c>clip.mp4/hls-7.ts?width=640&amp;height=360</c> is <c>clip.mp4?mode=hls&amp;segment=7&amp;width=640&amp;height=360</c>.
/// </summary>
internal static class HlsPath
{
    private const string Playlist = "/hls.m3u8", BeforeNumber = "/hls-", AfterNumber = ".ts";

    /// <summary>What a name below a video's is read as.</summary>
    /// <param name="path">The path.</param>
    /// <param name="source">How much of it is the video's.</param>
    /// <param name="segment">Which segment; null for a playlist.</param>
    public static bool TryRead(ReadOnlySpan<char> path, out int source, out int? segment)
    {
        (source, segment) = (path.LastIndexOf('/'), null);
        if (source <= 0) return false;
        var name = path[source..];
        if (name is Playlist) return true;
        if (!name.StartsWith(BeforeNumber) || !name.EndsWith(AfterNumber) || name.Length <= BeforeNumber.Length + AfterNumber.Length) return false;
        var digits = name[BeforeNumber.Length..^AfterNumber.Length];
        // As it is written here and no other way: one segment has one name.
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > OptionRanges.LastSegment || (digits is ['0', _, ..])) return false;
        segment = number;
        return true;
    }

    /// <summary>A variant's query without what the name says already.</summary>
    public static string QueryOf(string query)
    {
        var rest = string.Join('&', query.TrimStart('?').Split('&').Where(static part => part is not ("" or "mode=hls") && !part.StartsWith("segment=", StringComparison.Ordinal)));
        return rest.Length > 0 ? "?" + rest : "";
    }

    /// <summary>The name below the video's, with its slash.</summary>
    public static string Of(VideoOptions options) =>
        options.Segment is { } segment ? string.Create(CultureInfo.InvariantCulture, $"{BeforeNumber}{segment}{AfterNumber}") : Playlist;
}
