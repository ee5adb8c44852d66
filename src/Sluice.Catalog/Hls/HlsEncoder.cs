using System.Globalization;
using System.Text.Json;
using Sluice.Core.Processes;

namespace Sluice.Catalog.Hls;

/// <summary>Encodes renditions as HLS (row U104): segments of 6 seconds that begin with a key frame at the same times in every rendition.</summary>
internal sealed class HlsEncoder(FfmpegTools tools)
{
    private const int SegmentSeconds = 6, KeyFrameSeconds = 2, AudioBitRate = 128_000, MostFrames = 60;
    private const double SlowFrame = 0.2;

    /// <summary>Encodes picture and sound of one size into <paramref name="folder"/>.</summary>
    public async Task<EncodedRendition> EncodeAsync(string file, SourceInfo source, Rendition rendition, string folder, Action<double> progress, CancellationToken cancellation)
    {
        // Segments end with the picture: what sounds on after it would all be in the last one, and in no time of the playlist.
        var still = source.StillEnd > 0 ? string.Create(CultureInfo.InvariantCulture, $"tpad=stop_mode=clone:stop_duration={source.StillEnd:0.###},") : "";
        var scale = string.Join(',', [.. ColourFilters.Before(source.Colours), string.Create(CultureInfo.InvariantCulture, $"scale={rendition.Width}:{rendition.Height}"), .. ColourFilters.After(source.Colours)]);
        string[] picture =
        [
            // Of the two halves that pictures of DVDs, camcorders and broadcasts have, one is made first: scaled as they are, whatever moves would be torn into lines.
            "-map", Stream(source.VideoStream), "-vf", $"yadif=deint=interlaced,{still}{scale},setsar=1",
            "-c:v", "libx264", "-preset", "fast", "-profile:v", "high", "-pix_fmt", "yuv420p",
            "-b:v", Number(rendition.BitRate), "-maxrate", Number(rendition.BitRate * 107L / 100), "-bufsize", Number(rendition.BitRate * 3L / 2),
            // Times, not counts of frames: so that all renditions are cut alike whatever the frame rate does.
            "-force_key_frames", string.Create(CultureInfo.InvariantCulture, $"expr:gte(t,n_forced*{KeyFrameSeconds})"), "-sc_threshold", "0",
            // What browsers record has no frame rate: ffmpeg takes that of its clock then, 1000 frames a second, which no phone plays.
            "-fpsmax", Number(MostFrames),
            // Of a few pictures a second those that are told by later ones would be late by more than what Output() leaves for it, and the sound in other segments than its picture.
            .. source.Frame > SlowFrame ? (string[])["-bf", "0"] : [],
        ];
        await tools.EncodeAsync(folder, [.. FfmpegTools.Upload(file), .. picture, .. Sound(source), .. Output()], progress, cancellation);
        return await DescribeAsync(rendition.Name, folder, cancellation);
    }

    /// <summary>Encodes the sound alone into <paramref name="folder"/>, for the slowest of connections.</summary>
    public async Task<EncodedRendition> EncodeSoundAsync(string file, SourceInfo source, string folder, CancellationToken cancellation)
    {
        await tools.EncodeAsync(folder, [.. FfmpegTools.Upload(file), "-vn", .. Sound(source), .. Output()], null, cancellation);
        return await DescribeAsync("audio", folder, cancellation);
    }

    private static string[] Sound(SourceInfo source)
    {
        if (source.AudioStream is not { } stream) return [];
        // Silence from the first picture to the last: a playlist of sound that begins or ends elsewhere has other times than those players change to it from.
        var whole = source.PictureEnd > 0 ? string.Create(CultureInfo.InvariantCulture, $",apad=whole_dur={source.PictureEnd:0.###}") : "";
        return ["-map", Stream(stream), "-af", "aresample=async=1:first_pts=0" + whole, "-c:a", "aac", "-b:a", Number(AudioBitRate), "-ac", "2", "-ar", "48000"];
    }

    private static string[] Output() =>
    [
        // Sound waits for its picture, however late the encoder gives that out, and the picture for sound that begins late.
        "-map_metadata", "-1", "-max_interleave_delta", "0", "-max_muxing_queue_size", Number(int.MaxValue), "-t", Number(FfmpegTools.MostSeconds),
        // Times to decode would begin below zero, by more with pictures than without, and be moved so that they do not: the same sound had other times in each rendition (RFC 8216 section 6.2.4).
        "-output_ts_offset", "1", "-f", "hls", "-hls_time", Number(SegmentSeconds), "-hls_playlist_type", "vod", "-hls_list_size", "0", "-hls_flags", "independent_segments",
        "-hls_segment_type", "mpegts", "-hls_segment_filename", "segment_%03d.ts", "playlist.m3u8",
    ];

    private async Task<EncodedRendition> DescribeAsync(string name, string folder, CancellationToken cancellation)
    {
        MadeFiles.Check(folder);
        var (peak, average, duration) = SegmentSizes.Measure(Path.Combine(folder, "playlist.m3u8"));
        using var report = JsonDocument.Parse(await tools.ProbeAsync(["-show_streams", "-i", "file:" + Path.Combine(folder, "segment_000.ts")], cancellation));
        var (width, height, rate) = (0, 0, 0.0);
        string? picture = null, sound = null;
        foreach (var stream in report.RootElement.GetProperty("streams").EnumerateArray())
        {
            if (stream.GetProperty("codec_type").GetString() == "audio") sound = "mp4a.40.2";
            if (stream.GetProperty("codec_type").GetString() != "video") continue;
            (width, height) = (stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32());
            // Profile High without constraints is what the encoder was told to make; the level is what it came to.
            picture = $"avc1.6400{stream.GetProperty("level").GetInt32():x2}";
            rate = Rate(stream.GetProperty("avg_frame_rate").GetString()) ?? Rate(stream.GetProperty("r_frame_rate").GetString()) ?? 0;
        }
        return new EncodedRendition
        {
            Name = name, Width = width, Height = height, Codecs = string.Join(',', new[] { picture, sound }.OfType<string>()),
            Bandwidth = peak, AverageBandwidth = average, FrameRate = rate, Duration = duration,
        };
    }

    private static double? Rate(string? text) =>
        text?.Split('/') is [var a, var b] && double.TryParse(a, CultureInfo.InvariantCulture, out var frames) && double.TryParse(b, CultureInfo.InvariantCulture, out var seconds) && frames > 0 && seconds > 0 ? frames / seconds : null;

    private static string Stream(int index) => "0:" + Number(index);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
