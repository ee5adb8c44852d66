using System.Globalization;
using System.Text;

namespace Sluice.Catalog.Hls;

/// <summary>Makes the poster, and the thumbnails that players show along the time line: one picture of many, and the WebVTT file that says which part is when.</summary>
internal sealed class Pictures(FfmpegTools tools)
{
    private const int Columns = 10, MostThumbnails = 100, Width = 160;

    // Those of JFIF, which has no room to tell which they are: most videos have others (ITU-R BT.709).
    private const string Colours = "scale=out_color_matrix=bt601:out_range=pc";

    /// <summary>Writes poster.jpg, thumbnails.jpg and thumbnails.vtt into <paramref name="folder"/>, from a rendition's folder.</summary>
    public async Task DrawAsync(string rendition, EncodedRendition encoded, string folder, CancellationToken cancellation)
    {
        string[] input = ["-protocol_whitelist", "file", "-i", "file:" + Path.Combine(rendition, "playlist.m3u8")];
        // Of less than half a second ffmpeg finds nothing where it is to begin anywhere.
        string[] at = encoded.Duration < 1 ? [] : ["-ss", Seconds(Math.Min(encoded.Duration / 10, 30))];
        await tools.EncodeAsync(folder, [.. at, .. input, "-vf", Colours, "-frames:v", "1", "-q:v", "3", "poster.jpg"], null, cancellation);
        var every = Math.Max(1, encoded.Duration / MostThumbnails);
        var count = Math.Clamp((int)Math.Ceiling(encoded.Duration / every), 1, MostThumbnails);
        var height = Math.Max(2, (int)Math.Round((double)Width * encoded.Height / encoded.Width / 2) * 2);
        var rows = (count + Columns - 1) / Columns;
        var filter = string.Create(CultureInfo.InvariantCulture, $"fps=1/{every:0.###}:round=up,scale={Width}:{height},tile={Math.Min(count, Columns)}x{rows},{Colours}");
        await tools.EncodeAsync(folder, [.. input, "-vf", filter, "-frames:v", "1", "-q:v", "5", "thumbnails.jpg"], null, cancellation);
        MadeFiles.Check(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "thumbnails.vtt"), Cues(encoded.Duration, every, count, height), cancellation);
    }

    /// <summary>The WebVTT file.</summary>
    internal static string Cues(double duration, double every, int count, int height)
    {
        var text = new StringBuilder("WEBVTT\n");
        for (var i = 0; i < count; i++)
            text.Append(CultureInfo.InvariantCulture, $"\n{Time(i * every)} --> {Time(Math.Min(duration, (i + 1) * every))}\nthumbnails.jpg#xywh={i % Columns * Width},{i / Columns * height},{Width},{height}\n");
        return text.ToString();
    }

    private static string Time(double seconds) => TimeSpan.FromSeconds(seconds).ToString(@"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => seconds.ToString("0.###", CultureInfo.InvariantCulture);
}
