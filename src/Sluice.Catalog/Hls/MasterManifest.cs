using System.Globalization;
using System.Text;

namespace Sluice.Catalog.Hls;

/// <summary>Writes master manifests (RFC 8216 section 4.3.4; rows U105, U106, decision D24).</summary>
internal static class MasterManifest
{
    /// <summary>A manifest that lists renditions in the order given; their playlists are in the folder of the generation.</summary>
    public static string Write(string generation, IEnumerable<EncodedRendition> renditions)
    {
        var text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        foreach (var one in renditions)
        {
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={one.Bandwidth},AVERAGE-BANDWIDTH={one.AverageBandwidth},CODECS=\"{one.Codecs}\"");
            if (one.Height > 0) text.Append(CultureInfo.InvariantCulture, $",RESOLUTION={one.Width}x{one.Height},FRAME-RATE={one.FrameRate:0.000}");
            text.Append(CultureInfo.InvariantCulture, $"\n{generation}/{one.Name}/playlist.m3u8\n");
        }
        return text.ToString();
    }
}
