using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Core.Processes;

namespace Sluice.Catalog.Hls;

/// <summary>Looks at an upload before it is encoded.</summary>
internal sealed class SourceProbe(FfmpegTools tools)
{
    // Shorter differences between picture and sound are usual, and nobody's to see.
    private const double Moment = 0.5;

    // Long enough to be a frame.
    private const double LeastStill = 0.04;

    // Beyond it ffmpeg takes a gap for a jump of the clock.
    private const double Jump = 10;

    // Only what is read below: a file may have any number of tags, of any length.
    private const string Wanted = "format=start_time,duration,format_name:stream=index,codec_type,codec_name,channels,pix_fmt,width,height,sample_aspect_ratio,color_space,color_primaries,color_transfer,r_frame_rate,start_time,duration:stream_tags=DURATION:stream_disposition=attached_pic,default:stream_side_data=rotation";

    private static readonly string TooManyPixels = string.Create(CultureInfo.InvariantCulture, $"The uploaded file's picture cannot be read, or has more than {FfmpegTools.MostPixels:N0} pixels (8K).");

    /// <exception cref="UnusableSourceException">It is no video; the message says what it lacks.</exception>
    public async Task<SourceInfo> ProbeAsync(string file, CancellationToken cancellation)
    {
        if (new FileInfo(file).Length == 0) throw new UnusableSourceException("The uploaded file is empty.");
        byte[] report;
        try
        {
            report = await tools.ProbeAsync(["-show_entries", Wanted, .. FfmpegTools.Upload(file)], cancellation);
        }
        catch (ToolFailedException e) when (e.Message.Contains("max pixel count", StringComparison.Ordinal))
        {
            // Of H.264 and HEVC it does not even say that there is a picture.
            throw new UnusableSourceException(TooManyPixels, e);
        }
        catch (ToolFailedException e)
        {
            throw new UnusableSourceException("The uploaded file is not a video, or of a kind that is not supported.", e);
        }
        var info = Read(report);
        if (info.IsSoundInDoubt && !await HasSoundAsync(file, info, cancellation)) info = info with { AudioStream = null };
        if (info.Colours == Colours.Hdr && !await tools.CanToneMapAsync(cancellation)) info = info with { Colours = Colours.Usual };
        return Accept(info.PictureEnd > 0 ? await LookAtEndAsync(file, info, cancellation) : info);
    }

    // Broadcasts announce sounds of which nothing comes, and ffmpeg fails at them. One that begins late is like them until it does.
    private async Task<bool> HasSoundAsync(string file, SourceInfo info, CancellationToken cancellation)
    {
        string[] first = ["-select_streams", info.AudioStream!.Value.ToString(CultureInfo.InvariantCulture), "-read_intervals", "%+#1", "-show_entries", "packet=stream_index", "-of", "csv=p=0"];
        try
        {
            return (await tools.ProbeAsync([.. first, .. FfmpegTools.Upload(file)], FfmpegTools.ReadReportAsync, cancellation)).Length > 0;
        }
        catch (ToolFailedException)
        {
            return false;
        }
    }

    /// <summary>Refuses what is too long to be a video. Pictures may be an hour apart, all of which is encoded: a few kilobytes are weeks of film.</summary>
    internal static SourceInfo Accept(SourceInfo info) => (info.PictureEnd > 0 ? info.PictureEnd + info.StillEnd : info.Duration) <= FfmpegTools.MostSeconds ? info
        : throw new UnusableSourceException(string.Create(CultureInfo.InvariantCulture, $"The uploaded file is longer than {FfmpegTools.MostSeconds / 3600} hours."));

    // A header tells no more than what was meant: the file may be cut off before that, and the last picture of a recorded screen may stand for minutes, of which ffmpeg shows a moment.
    private async Task<SourceInfo> LookAtEndAsync(string file, SourceInfo info, CancellationToken cancellation)
    {
        var from = Math.Max(0, info.Begin + info.PictureEnd + info.StillEnd - 1);
        string[] last = ["-read_intervals", string.Create(CultureInfo.InvariantCulture, $"{from:0.###}%"), "-show_entries", "packet=stream_index,pts_time,duration_time", "-of", "csv=p=0"];
        try
        {
            info = await tools.ProbeAsync([.. last, .. FfmpegTools.Upload(file)], output => AtEndAsync(info, new StreamReader(output, Encoding.ASCII)), cancellation);
            return info.MayJump && info.PictureEnd > 0 ? await WithoutJumpsAsync(file, info, cancellation) : info;
        }
        catch (ToolFailedException)
        {
            // It is of a kind in which nothing can be looked for by its time.
            return info;
        }
    }

    // Where a recording was put together of parts or its channel was away, its clock goes on hours later. ffmpeg leaves that out: sound would go on in silence for as long after the picture.
    private async Task<SourceInfo> WithoutJumpsAsync(string file, SourceInfo info, CancellationToken cancellation)
    {
        var last = 0.0;
        string[] count = ["-map", string.Create(CultureInfo.InvariantCulture, $"0:{info.VideoStream}"), "-c", "copy", "-f", "null", "-"];
        await tools.EncodeAsync("/", [.. FfmpegTools.Upload(file), .. count], seconds => last = seconds, cancellation);
        return info.PictureEnd - last > Jump ? info with { PictureEnd = last + info.Frame, Duration = last + info.Frame } : info;
    }

    /// <summary>What is known of an upload, by the last packets that are in it. They are not kept: a file may have a packet for each of its bytes, all of them in its last second.</summary>
    internal static async Task<SourceInfo> AtEndAsync(SourceInfo info, TextReader packets)
    {
        var (picture, shown, end) = (double.NegativeInfinity, 0.0, double.NegativeInfinity);
        while (await packets.ReadLineAsync() is { } line)
        {
            if (line.Split(',') is not [var index, var at, var length, ..] || !int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var stream)) continue;
            if ((stream != info.VideoStream && stream != info.AudioStream) || !double.TryParse(at, NumberStyles.Float, CultureInfo.InvariantCulture, out var time)) continue;
            var seconds = double.TryParse(length, NumberStyles.Float, CultureInfo.InvariantCulture, out var known) ? known : 0;
            end = Math.Max(end, time - info.Begin + seconds);
            if (stream == info.VideoStream && time - info.Begin > picture) (picture, shown) = (time - info.Begin, seconds);
        }
        if (double.IsInfinity(end)) return info with { PictureEnd = 0, StillEnd = 0 };
        if (double.IsInfinity(picture)) return info;
        end = Math.Min(end, info.PictureEnd + info.StillEnd);
        var still = end - picture - shown;
        // ffmpeg holds a picture for as long as it is to be shown only where another follows.
        if (still <= Moment) still = shown - info.Frame > Moment ? Math.Max(info.Frame, LeastStill) : 0;
        return info with { PictureEnd = Math.Min(info.PictureEnd, end), StillEnd = still };
    }

    /// <summary>Reads what ffprobe wrote.</summary>
    internal static SourceInfo Read(byte[] report)
    {
        using var document = JsonDocument.Parse(report);
        int? video = null, audio = null;
        var (width, pictureEnd, soundEnd, frame, rank) = (0.0, 0.0, 0.0, 0.0, int.MinValue);
        var (height, colours) = (0, Colours.Usual);
        foreach (var stream in document.RootElement.TryGetProperty("streams", out var streams) ? streams.EnumerateArray() : default)
        {
            var kind = Text(stream, "codec_type");
            // The cover of a song is a picture, not a film.
            var isCover = stream.TryGetProperty("disposition", out var disposition) && disposition.TryGetProperty("attached_pic", out var cover) && cover.GetInt32() == 1;
            if (kind == "audio" && Rank(stream) is var mine && mine > rank) (audio, soundEnd, rank) = (stream.GetProperty("index").GetInt32(), End(stream), mine);
            if (kind != "video" || isCover || video is not null || !stream.TryGetProperty("width", out var w)) continue;
            (video, pictureEnd, frame) = (stream.GetProperty("index").GetInt32(), End(stream), Frame(stream));
            colours = ColourFilters.Of(Text(stream, "pix_fmt"), Text(stream, "color_space"), Text(stream, "color_primaries"), Text(stream, "color_transfer"), w.GetInt32(), stream.GetProperty("height").GetInt32());
            (width, height) = Shown(w.GetInt32() * PixelAspect(stream), stream.GetProperty("height").GetInt32(), Rotation(stream));
        }
        // Of a picture that it must not unpack, ffprobe says that it has no size.
        if (video is not null && (width <= 0 || height <= 0 || width * height > FfmpegTools.MostPixels))
            throw new UnusableSourceException(TooManyPixels);
        if (video is not { } picture || width < 2 || height < 2) throw new UnusableSourceException("The uploaded file has no picture that could be shown.");
        var (begin, duration, container) = document.RootElement.TryGetProperty("format", out var format) ? (Seconds(format, "start_time"), Seconds(format, "duration"), Text(format, "format_name")) : (0, 0, null);
        return new SourceInfo(picture, audio, width, height, duration)
        {
            PictureEnd = pictureEnd > 0 ? pictureEnd - begin : 0,
            StillEnd = pictureEnd > 0 && soundEnd - pictureEnd > Moment ? soundEnd - pictureEnd : 0,
            Begin = begin,
            Frame = frame,
            IsSoundInDoubt = audio is not null && rank < 0,
            Colours = colours,
            MayJump = container is "mpegts" or "mpeg",
        };
    }

    private static int Rank(JsonElement sound) => Sounds.Rank(
        Text(sound, "codec_name"), sound.TryGetProperty("channels", out var channels) ? channels.GetInt32() : null,
        sound.TryGetProperty("disposition", out var disposition) && disposition.TryGetProperty("default", out var main) && main.GetInt32() == 1);

    // Where it ends, in seconds; 0 when the file does not tell. Matroska says it in a tag, counted from the file's beginning: what ffprobe calls a stream's duration there is the whole file's.
    private static double End(JsonElement stream)
    {
        if (stream.TryGetProperty("tags", out var tags) && Text(tags, "DURATION") is { Length: >= 16 } tag && TimeSpan.TryParse(tag.AsSpan(0, 16), CultureInfo.InvariantCulture, out var end)) return end.TotalSeconds;
        var length = Seconds(stream, "duration");
        return length > 0 ? Seconds(stream, "start_time") + length : 0;
    }

    private static double Seconds(JsonElement element, string name) => double.TryParse(Text(element, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;

    private static (double Width, int Height) Shown(double width, int height, double rotation) =>
        Turns.IsUpright(rotation) ? (width, height) : (height, (int)Math.Round(width));

    private static double PixelAspect(JsonElement stream) =>
        Text(stream, "sample_aspect_ratio")?.Split(':') is [var x, var y] && int.TryParse(x, NumberStyles.None, CultureInfo.InvariantCulture, out var wide) && int.TryParse(y, NumberStyles.None, CultureInfo.InvariantCulture, out var high) && wide > 0 && high > 0
            ? (double)wide / high
            : 1;

    private static double Frame(JsonElement stream) =>
        Text(stream, "r_frame_rate")?.Split('/') is [var a, var b] && double.TryParse(a, CultureInfo.InvariantCulture, out var frames) && double.TryParse(b, CultureInfo.InvariantCulture, out var seconds) && frames > 0 ? seconds / frames : 0;

    private static double Rotation(JsonElement stream)
    {
        if (stream.TryGetProperty("side_data_list", out var list))
            foreach (var item in list.EnumerateArray())
                if (item.TryGetProperty("rotation", out var rotation)) return rotation.GetDouble();
        return 0;
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
