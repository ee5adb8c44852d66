using System.Globalization;
using Sluice.Core.Processes;
using Sluice.Video.Options;

namespace Sluice.Video.Ffmpeg;

/// <summary>What ffmpeg is told for a variant. Every argument is a word of ours or a number: nothing a request says is passed on as text.</summary>
internal static class FfmpegArguments
{
    /// <summary>Containers and raw streams a source may be. What is not among them (playlists, concatenations, subtitles, image sequences, device inputs) could name other files to read.</summary>
    public const string Containers = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,asf,mpegts,mpeg,ogg,mp3,aac,wav,flac,h264,hevc,m4v,mxf,gif,ivf";

    /// <summary>The protocols a source may be read by: those of the URL that is given, and no others for whatever a source names.</summary>
    public const string Protocols = "http,tcp";

    /// <summary>
    /// Bytes of the socket a source is read through. What lies in it was fetched whether or not it is read: left to the kernel it grows to megabytes when a process reads
    /// in bursts, as on a busy machine, and ffmpeg reads on across a gap of that size where it could have jumped.
    /// </summary>
    public const string SocketBytes = "65536";

    /// <summary>The command that makes a video, a picture or the sound.</summary>
    /// <param name="options">The variant.</param>
    /// <param name="input">Its source.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="length">How long it will be, where that is known and its format wants it told; null to let it end by itself.</param>
    public static IReadOnlyList<string> For(VideoOptions options, FfmpegInput input, FfmpegLimits limits, TimeSpan? length = null)
    {
        List<string> arguments = [.. Common(limits), .. Input(input, limits, options.Time, options.Duration)];
        arguments.AddRange(options.Mode switch
        {
            VideoMode.Frame => Picture(options, PictureFilters.For(options, input.Traits.Colours), limits),
            VideoMode.Audio => Sound(options, input, length),
            VideoMode.Video => Moving(options, input, limits, length),
            _ => throw new ArgumentException("A sprite sheet needs to know its source.", nameof(options)),
        });
        return arguments;
    }

    /// <summary>
    /// The command that makes one segment of a playlist. It begins at a whole second before, so that the encoder of the sound has heard what comes before its first frame: the frames it makes of that,
    /// and of what it needs beyond the last, are dropped. The times are those of the source, ten seconds later, for none may be below zero.
    /// </summary>
    /// <param name="options">The size.</param>
    /// <param name="segment">Which segment.</param>
    /// <param name="grid">All of them.</param>
    /// <param name="fact">What the source is.</param>
    /// <param name="input">The source.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="isStill">True for a segment in which the source has no picture: the one before stays.</param>
    public static IReadOnlyList<string> ForSegment(VideoOptions options, int segment, HlsGrid grid, SourceFact fact, FfmpegInput input, FfmpegLimits limits, bool isStill = false)
    {
        // A picture that stays is looked for as for a sprite sheet: from some seconds before on, and from the key frame before that.
        var lead = Math.Min(segment * HlsGrid.Seconds, isStill ? (int)Before.TotalSeconds : 1);
        var from = (segment * HlsGrid.Seconds) - lead;
        // Pictures by their own times, and no rate: one at a boundary is in one of two segments and not in both, whatever the rate.
        var pictures = !isStill ? $"trim=start={lead}{(grid.IsLast(segment) ? "" : $":end={lead + HlsGrid.Seconds}")}"
            : $"fps=10:round=up:eof_action=pass{(from == 0 ? ":start_time=0" : "")},tpad=stop_mode=clone:stop=-1,trim=start={lead}:end={Seconds(TimeSpan.FromSeconds(lead) + grid.LengthOf(segment))}";
        // A cover is there at the beginning only, and is sought for: it is read by itself.
        var isCover = isStill && fact.Streams!.IsCover;
        var filters = $"[{(isCover ? 1 : 0)}:v:0]{pictures},{PictureFilters.For(options, input.Traits.Colours)}[picture]";
        var hasSound = options.Audio && fact.Streams!.HasSound;
        List<string> sound = ["-an"];
        if (hasSound)
        {
            long before = from * (long)HlsGrid.SamplesPerSecond, first = (HlsGrid.FirstFrame(segment) * HlsGrid.SamplesOfFrame) - before, end = (grid.EndFrame(segment) * HlsGrid.SamplesOfFrame) - before;
            var begin = first - (lead * 4 * HlsGrid.SamplesOfFrame);
            var beyond = end + (2 * HlsGrid.SamplesOfFrame);
            // Over silence: sound that ends before the picture would otherwise be missing in some segments, for which players wait.
            // A graph of its own: one whose picture changes its size, as calls by WebRTC do, begins again, and with it what sounds.
            var own = $"anullsrc=r={HlsGrid.SamplesPerSecond}:cl=stereo:d={Seconds(TimeSpan.FromSeconds((double)beyond / HlsGrid.SamplesPerSecond))}[silence];[0:a:{input.Traits.Sound}]{(isStill ? "atrim=start=0," : "")}aresample={HlsGrid.SamplesPerSecond}:async=1:first_pts=0,aformat=channel_layouts=stereo[own];"
                + $"[silence][own]amix=inputs=2:duration=first:normalize=0,atrim=start_pts={begin}:end_pts={beyond}[sound]";
            // The first frame out of the encoder is of what was before the first that went in.
            var dropped = ((first - begin) / HlsGrid.SamplesOfFrame) + 1;
            sound = ["-filter_complex", own, "-map", "[sound]", "-c:a", "aac", "-b:a", Text(Rates.HlsSound), "-bsf:a", $"noise=drop='lt(n,{dropped})+gte(n,{dropped + ((end - first) / HlsGrid.SamplesOfFrame)})'"];
        }

        var level = HlsSize.LevelOf(HlsSize.Of(options, fact.Streams!), fact.Rate);
        // From the beginning nothing is sought for: in a Matroska file whose pictures begin later, ffmpeg then finds none of them.
        var start = TimeSpan.FromSeconds(from);
        return
        [
            .. Common(limits), .. isStill && from > 0 ? InputFrom(input, limits, start) : Input(input, limits, start, isStill || grid.IsLast(segment) ? null : TimeSpan.FromSeconds(lead + HlsGrid.Seconds + 1)),
            .. isCover ? InputFrom(input, limits, TimeSpan.Zero) : [], "-filter_complex", filters, "-map", "[picture]", .. sound, .. Bare, "-threads", Text(limits.Threads),
            // Without pictures that are told by later ones: times to decode would overlap at the boundaries where the rate is not steady.
            "-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-profile:v", "high", "-level", $"{level / 10}.{level % 10}", .. Rates.For(options, false), "-pix_fmt", "yuv420p",
            "-force_key_frames", "expr:gte(t,n_forced*2)", "-fps_mode", "passthrough", "-enc_time_base:v", "1:90000",
            "-max_interleave_delta", "0", "-muxdelay", "0", "-muxpreload", "0", "-output_ts_offset", Text(from + 10), "-mpegts_flags", "+initial_discontinuity", "-f", "mpegts", "pipe:1",
        ];
    }

    /// <summary>The command that makes a picture of the last one that the source has at or before a time, for where it has none from there on.</summary>
    public static IReadOnlyList<string> ForLast(VideoOptions options, FfmpegInput input, FfmpegLimits limits) =>
        [.. Common(limits), .. InputBefore(input, limits, options.Time), .. Picture(options, $"{Last(options.Time)},{PictureFilters.For(options, input.Traits.Colours)}", limits)];

    /// <summary>The command that makes a sprite sheet out of a source of known length.</summary>
    public static IReadOnlyList<string> ForSheet(VideoOptions options, SpriteGrid grid, FfmpegInput input, FfmpegLimits limits)
    {
        // What is shown in the middle of each part, however long that stays: pictures may be far apart, as in recordings of a screen, or end before the sound.
        var middles = $"fps=1/{Seconds(grid.Step)}:start_time=0:round=near:eof_action=pass,tpad=stop_mode=clone:stop={grid.Pictures},trim=end_frame={grid.Pictures}";
        var filters = $"{middles},{Cell(options, grid, input.Traits.Colours)},setsar=1,{Tile(grid)}";
        return [.. Common(limits), .. Input(input, limits, options.Time, grid.Length), .. Picture(options, filters, limits)];
    }

    /// <summary>The command that makes raw pictures for some cells of a sheet, each sought for by itself: what lies between them is not read.</summary>
    /// <param name="options">The sheet.</param>
    /// <param name="grid">Its grid.</param>
    /// <param name="cells">Which cells.</param>
    /// <param name="input">The source.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="orBefore">True for the last picture before, where there is none from there on.</param>
    public static IReadOnlyList<string> ForCells(VideoOptions options, SpriteGrid grid, Range cells, FfmpegInput input, FfmpegLimits limits, bool orBefore = false)
    {
        var (first, count) = cells.GetOffsetAndLength(grid.Pictures);
        List<string> arguments = [.. Common(limits)];
        // A decoder for each, so one thread for each.
        // And nothing read ahead: of each source one picture is wanted.
        for (var i = first; i < first + count; i++)
            arguments.AddRange(["-thread_queue_size", "1", .. orBefore ? InputBefore(input, limits with { Threads = 1 }, Middle(i)) : Input(input, limits with { Threads = 1 }, Middle(i), null)]);
        var cell = Cell(options, grid, input.Traits.Colours);
        var filters = string.Concat(Enumerable.Range(0, count).Select(i => $"[{i}:v:0]{(orBefore ? Last(Middle(first + i)) + "," : "")}trim=end_frame=1,{cell},setsar=1{ColoursOf(null)},format=yuv420p[c{i}];"))
            + string.Concat(Enumerable.Range(0, count).Select(i => $"[c{i}]")) + $"concat=n={count}:v=1:a=0[cells]";
        return [.. arguments, "-filter_complex", filters, "-map", "[cells]", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"];

        TimeSpan Middle(int cell) => (options.Time ?? TimeSpan.Zero) + (grid.Step * (cell + 0.5));
    }

    /// <summary>The command that puts raw pictures from its standard input together into a sheet.</summary>
    public static IReadOnlyList<string> ForTiles(VideoOptions options, SpriteGrid grid, FfmpegLimits limits) =>
    [
        .. Common(limits), "-protocol_whitelist", "pipe", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", $"{grid.CellWidth}x{grid.CellHeight}", "-framerate", "1", "-i", "pipe:0",
        .. Picture(options, Tile(grid), limits),
    ];

    // Cells beyond a number that is told are never painted. Without one the last of the source is waited for, and they are black.
    private static string Tile(SpriteGrid grid) => $"tile={grid.Columns}x{grid.Rows}{(grid.Pictures == grid.Columns * grid.Rows ? $":nb_frames={grid.Pictures}" : "")}";

    private static string Cell(VideoOptions options, SpriteGrid grid, Colours colours) =>
        string.Join(',', [.. ColourFilters.Before(colours), PictureFilters.Square, PictureFilters.Fit(options.Fit == VideoFit.Cover ? VideoFit.Cover : VideoFit.Pad, grid.CellWidth, grid.CellHeight), .. ColourFilters.After(colours)]);

    private static string[] Common(FfmpegLimits limits) =>
        ["-hide_banner", "-nostdin", "-loglevel", "level+info", "-nostats", "-progress", "pipe:2", "-filter_threads", Text(limits.Threads), "-filter_complex_threads", Text(limits.Threads)];

    private static List<string> Input(FfmpegInput input, FfmpegLimits limits, TimeSpan? from, TimeSpan? length)
    {
        List<string> arguments =
        [
            "-threads", Text(limits.Threads), "-max_pixels", Text(limits.SourcePixels), "-probesize", "2000000", "-analyzeduration", "5000000",
            "-protocol_whitelist", Protocols, "-format_whitelist", Containers, "-recv_buffer_size", SocketBytes,
        ];
        if (from is { } start && start > TimeSpan.Zero) arguments.AddRange(["-ss", Seconds(start)]);
        if (length is { } most) arguments.AddRange(["-t", Seconds(most)]);
        arguments.AddRange(["-i", input.Url]);
        return arguments;
    }

    /// <summary>The source from some seconds before a time on, and from a key frame on: where pictures end there may be none after one that is sought for.</summary>
    private static List<string> InputBefore(FfmpegInput input, FfmpegLimits limits, TimeSpan? time) => InputFrom(input, limits, time > Before ? time.Value - Before : TimeSpan.Zero);

    /// <summary>The source from the key frame before a time on.</summary>
    private static List<string> InputFrom(FfmpegInput input, FfmpegLimits limits, TimeSpan time) =>
        // Sought for in any case: a cover has a time only then.
        ["-noaccurate_seek", "-ss", Seconds(time), .. Input(input, limits, null, null)];

    /// <summary>Of the source from some seconds before a time on, the picture at that time; the last one stays for as long as need be.</summary>
    private static string Last(TimeSpan? time) => $"fps=10:round=down:eof_action=pass,tpad=stop_mode=clone:stop=-1,select='gte(t,{Seconds(time > Before ? Before : time ?? TimeSpan.Zero)})'";

    private static List<string> Moving(VideoOptions options, FfmpegInput input, FfmpegLimits limits, TimeSpan? length)
    {
        var hasSound = options.Audio;
        List<string> arguments = ["-map", "0:v:0", .. hasSound ? (string[])["-map", $"0:a:{input.Traits.Sound}?"] : ["-an"], .. Bare];
        // The cover of a song becomes a film of one picture: as a cover no H.264 goes into an MP4.
        arguments.AddRange(["-disposition:v", "0", "-vf", PictureFilters.For(options, input.Traits.Colours), "-threads", Text(limits.Threads)]);
        if (hasSound && options.Speed is { } speed && speed != 1) arguments.AddRange(["-af", PictureFilters.Tempo(speed)]);
        var isWebM = options.Format == "webm";
        arguments.AddRange(isWebM ? ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1"] : ["-c:v", "libx264", "-preset", "veryfast"]);
        arguments.AddRange([.. Rates.For(options, isWebM), "-pix_fmt", "yuv420p", "-force_key_frames", "expr:gte(t,n_forced*2)"]);
        if (hasSound) arguments.AddRange(isWebM ? ["-c:a", "libopus", "-b:a", "96k", "-ac", "2"] : ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]);
        arguments.AddRange(isWebM ? ["-cluster_time_limit", "2000", "-f", "webm"] : Fragments(30));
        if (length is { } most) arguments.AddRange(["-t", Seconds(most)]);
        arguments.Add("pipe:1");
        return arguments;
    }

    private static List<string> Sound(VideoOptions options, FfmpegInput input, TimeSpan? length)
    {
        List<string> arguments = ["-map", $"0:a:{input.Traits.Sound}", "-vn", .. Bare];
        if (options.Speed is { } speed && speed != 1) arguments.AddRange(["-af", PictureFilters.Tempo(speed)]);
        arguments.AddRange(["-c:a", "aac", "-b:a", Rates.Sound(options), "-ac", "2", .. Fragments(2)]);
        if (length is { } most) arguments.AddRange(["-t", Seconds(most)]);
        arguments.Add("pipe:1");
        return arguments;
    }

    private static string[] Picture(VideoOptions options, string filters, FfmpegLimits limits) =>
    [
        "-map", "0:v:0", "-an", .. Bare, "-vf", filters + ColoursOf(options.Format), "-frames:v", "1", "-threads", Text(limits.Threads),
        .. options.Format switch
        {
            "png" => (string[])["-c:v", "png"],
            // Its container cannot be written into a pipe: see Avif.
            "avif" => ["-c:v", "libaom-av1", "-still-picture", "1", "-cpu-used", "8", "-row-mt", "1", "-pix_fmt", "yuv420p", "-crf", Rates.Picture(options, 40, 30, 20), "-b:v", "0"],
            "webp" => ["-c:v", "libwebp", "-quality", Rates.Picture(options, 60, 80, 92)],
            _ => ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", Rates.Picture(options, 8, 4, 2)],
        },
        "-f", options.Format == "avif" ? "obu" : "image2pipe", "pipe:1",
    ];

    /// <summary>The filter for the colours that a picture has by its format, which has no room to tell which they are, and raw ones have: those of JFIF, where most videos have others (ITU-R BT.709).</summary>
    private static string ColoursOf(string? format) => format switch
    {
        // By what is told of them a browser draws a PNG otherwise than it plays the video: brighter.
        "png" => ",setparams=color_primaries=unknown:color_trc=unknown",
        "avif" => "",
        "webp" or null => ",scale=out_color_matrix=bt601:out_range=tv",
        _ => ",scale=out_color_matrix=bt601:out_range=pc",
    };

    /// <summary>Longer than most groups of pictures.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(10);

    private static readonly string[] Bare = ["-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"];

    // Playable while it arrives: an index of nothing first, then fragments of whole groups of pictures.
    /// <summary>Of a picture each key frame begins one; the seconds are for what sounds on without any. Where they are fewer than those between pictures told by later ones, ffmpeg aborts.</summary>
    private static string[] Fragments(int seconds) => ["-movflags", "frag_keyframe+empty_moov+default_base_moof", "-frag_duration", Text(seconds * 1_000_000), "-f", "mp4"];

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
