using System.Globalization;
using System.Text;
using Sluice.Video.Options;

namespace Sluice.Video.Ffmpeg;

/// <summary>Playlists of segments that are made when they are asked for (RFC 8216 section 4.3).</summary>
internal static class HlsPlaylist
{
    /// <summary>The playlist of one size.</summary>
    /// <param name="grid">Its segments.</param>
    /// <param name="address">The URL of one, as seen from the playlist.</param>
    public static byte[] Write(HlsGrid grid, Func<int, string> address)
    {
        var longest = Math.Max(HlsGrid.Seconds, (int)Math.Round(grid.LengthOf(grid.Segments - 1).TotalSeconds, MidpointRounding.AwayFromZero));
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{longest}\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        for (var i = 0; i < grid.Segments; i++) text.Append(CultureInfo.InvariantCulture, $"#EXTINF:{grid.LengthOf(i).TotalSeconds:0.000000},\n{address(i)}\n");
        return Encoding.UTF8.GetBytes(text.Append("#EXT-X-ENDLIST\n").ToString());
    }

    /// <summary>The playlist that names those of all sizes.</summary>
    /// <param name="sizes">Which there are, in the order they are named.</param>
    /// <param name="source">What of it there is.</param>
    /// <param name="rate">Pictures per second; null where the source does not say.</param>
    /// <param name="address">The URL of one, as seen from the playlist.</param>
    public static byte[] WriteMaster(IReadOnlyList<VideoOptions> sizes, SourceStreams source, double? rate, Func<VideoOptions, string> address)
    {
        var text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        foreach (var one in sizes)
        {
            var size = HlsSize.Of(one, source);
            var (hasSound, bits) = (source.HasSound && one.Audio, one.Bitrate ?? Rates.Unknown);
            var average = Rates.WithPackets(bits + (hasSound ? Rates.HlsSound : 0));
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={Rates.WithPackets(Rates.Peak(bits) + (hasSound ? Rates.HlsSound : 0))},AVERAGE-BANDWIDTH={average}")
                .Append(CultureInfo.InvariantCulture, $",CODECS=\"avc1.6400{HlsSize.LevelOf(size, rate):x2}{(hasSound ? ",mp4a.40.2" : "")}\",RESOLUTION={size.Width}x{size.Height}");
            if (rate is { } pictures) text.Append(CultureInfo.InvariantCulture, $",FRAME-RATE={pictures:0.000}");
            text.Append('\n').Append(address(one)).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
