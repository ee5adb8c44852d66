using System.Globalization;
using System.Text.Json;

namespace Sluice.Catalog.Hls;

/// <summary>Looks at an upload before it is encoded.</summary>
internal sealed class SourceProbe(FfmpegTools tools)
{
    /// <exception cref="UnusableSourceException">It is no video; the message says what it lacks.</exception>
    public async Task<SourceInfo> ProbeAsync(string file, CancellationToken cancellation)
    {
        if (new FileInfo(file).Length == 0) throw new UnusableSourceException("The uploaded file is empty.");
        byte[] report;
        try
        {
            report = await tools.ProbeAsync(["-show_format", "-show_streams", .. FfmpegTools.Upload(file)], cancellation);
        }
        catch (ToolFailedException e)
        {
            throw new UnusableSourceException("The uploaded file is not a video, or of a kind that is not supported.", e);
        }
        return Read(report);
    }

    /// <summary>Reads what ffprobe wrote.</summary>
    internal static SourceInfo Read(byte[] report)
    {
        using var document = JsonDocument.Parse(report);
        int? video = null, audio = null;
        var (width, pictureEnd, soundEnd) = (0.0, 0.0, 0.0);
        var height = 0;
        foreach (var stream in document.RootElement.TryGetProperty("streams", out var streams) ? streams.EnumerateArray() : default)
        {
            var kind = Text(stream, "codec_type");
            // The cover of a song is a picture, not a film.
            var isCover = stream.TryGetProperty("disposition", out var disposition) && disposition.TryGetProperty("attached_pic", out var cover) && cover.GetInt32() == 1;
            if (kind == "audio" && audio is null) (audio, soundEnd) = (stream.GetProperty("index").GetInt32(), End(stream));
            if (kind != "video" || isCover || video is not null || !stream.TryGetProperty("width", out var w)) continue;
            (video, pictureEnd) = (stream.GetProperty("index").GetInt32(), End(stream));
            (width, height) = Shown(w.GetInt32() * PixelAspect(stream), stream.GetProperty("height").GetInt32(), Rotation(stream));
        }
        // Of a picture that it must not unpack, ffprobe says that it has no size.
        if (video is not null && (width <= 0 || height <= 0 || width * height > FfmpegTools.MostPixels))
            throw new UnusableSourceException(string.Create(CultureInfo.InvariantCulture, $"The uploaded file's picture cannot be read, or has more than {FfmpegTools.MostPixels:N0} pixels (8K)."));
        if (video is not { } picture || width < 2 || height < 2) throw new UnusableSourceException("The uploaded file has no picture that could be shown.");
        var (begin, duration) = document.RootElement.TryGetProperty("format", out var format) ? (Seconds(format, "start_time"), Seconds(format, "duration")) : (0, 0);
        return new SourceInfo(picture, audio, width, height, duration)
        {
            PictureEnd = pictureEnd > 0 ? pictureEnd - begin : 0,
            StillEnd = pictureEnd > 0 && soundEnd - pictureEnd > 0.5 ? soundEnd - pictureEnd : 0,
        };
    }

    // Where it ends, in seconds; 0 when the file does not tell. Matroska says it in a tag, counted from the file's beginning: what ffprobe calls a stream's duration there is the whole file's.
    private static double End(JsonElement stream)
    {
        if (stream.TryGetProperty("tags", out var tags) && Text(tags, "DURATION") is { Length: >= 16 } tag && TimeSpan.TryParse(tag.AsSpan(0, 16), CultureInfo.InvariantCulture, out var end)) return end.TotalSeconds;
        var length = Seconds(stream, "duration");
        return length > 0 ? Seconds(stream, "start_time") + length : 0;
    }

    private static double Seconds(JsonElement element, string name) => double.TryParse(Text(element, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;

    private static (double Width, int Height) Shown(double width, int height, int rotation) =>
        rotation % 180 == 0 ? (width, height) : (height, (int)Math.Round(width));

    private static double PixelAspect(JsonElement stream) =>
        Text(stream, "sample_aspect_ratio")?.Split(':') is [var x, var y] && int.TryParse(x, NumberStyles.None, CultureInfo.InvariantCulture, out var wide) && int.TryParse(y, NumberStyles.None, CultureInfo.InvariantCulture, out var high) && wide > 0 && high > 0
            ? (double)wide / high
            : 1;

    private static int Rotation(JsonElement stream)
    {
        if (stream.TryGetProperty("side_data_list", out var list))
            foreach (var item in list.EnumerateArray())
                if (item.TryGetProperty("rotation", out var rotation)) return Math.Abs((int)rotation.GetDouble());
        return 0;
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
