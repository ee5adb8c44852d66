using Sluice.Video.Derivatives;
using Sluice.Video.Planning;
using Sluice.Video.Responsive;

namespace Sluice.Video.Options;

/// <summary>From what was asked to what is made: mode, combinations, defaults, rounding (rows U002 to U018).</summary>
internal static class OptionRules
{
    private static readonly string[][] FormatsByMode = [["mp4", "webm"], ["jpg", "png", "webp", "avif"], ["jpg", "vtt"], ["m4a"], ["m3u8"]];

    /// <summary>The options decided, for a connection as far as it is known and has a say; what is wrong with them is in <paramref name="notes"/>.</summary>
    public static VideoOptions Resolve(Derivative asked, string? derivative, VideoPolicy policy, PlanNotes notes, NetworkClass? network = null)
    {
        // Row U007.
        if (asked is { Mode: null, Format: "m4a" } && derivative is null) asked = asked with { Mode = VideoMode.Audio, Width = null, Height = null, Fit = null };
        var mode = asked.Mode ?? VideoMode.Video;
        if (!policy.Modes.Contains(mode)) notes.Fail(VideoErrorType.InvalidMode, $"mode={OptionNames.Of(mode)} is not offered here.");
        CheckCombinations(asked, mode, notes);
        var format = asked.Format ?? FormatsByMode[(int)mode][0];
        if (Array.IndexOf(FormatsByMode[(int)mode], format) < 0)
            notes.Fail(VideoErrorType.InvalidFormat, $"mode={OptionNames.Of(mode)} makes {string.Join(" or ", FormatsByMode[(int)mode])}, not {format}.");
        asked = ForMode(asked, mode, notes);
        var (width, height) = Sizes(asked, policy, notes);
        // Row U008: the default is written out where it says which picture.
        var time = asked.Place is not null ? null : mode is VideoMode.Video or VideoMode.Hls ? (asked.Time > TimeSpan.Zero ? asked.Time : null) : asked.Time ?? TimeSpan.Zero;
        return new VideoOptions
        {
            Mode = mode,
            Derivative = derivative,
            Width = width,
            Height = height,
            // Without a frame to fill it says nothing.
            Fit = width is null ? VideoFit.Contain : asked.Fit ?? VideoFit.Contain,
            Format = asked.Segment is null ? format : "ts",
            Time = time,
            Place = asked.Place,
            Duration = Cut(asked.Duration, policy, notes),
            Quality = asked.Quality == VideoLevel.Auto && mode == VideoMode.Video && width is null ? null : asked.Quality,
            Compression = asked.Compression,
            // Row U038.
            Bitrate = asked.Bitrate ?? (width is not null && (mode == VideoMode.Hls || (asked.Quality == VideoLevel.Auto && mode == VideoMode.Video))
                ? OptionRanges.RoundBitrate(QualityMatrix.Bitrate(width.Value, height!.Value, network)) : null),
            Audio = asked.Audio ?? true,
            FramesPerSecond = asked.FramesPerSecond,
            Speed = asked.Speed is 1 ? null : asked.Speed,
            Rotate = asked.Rotate is 0 ? null : asked.Rotate,
            Crop = asked.Crop,
            Tuning = asked.Tuning,
            Loop = asked.Loop ?? false,
            Autoplay = asked.Autoplay ?? false,
            Muted = asked.Muted ?? false,
            Preload = asked.Preload,
            Columns = asked.Columns,
            Rows = asked.Rows,
            Interval = asked.Interval,
            FileName = asked.FileName,
            Segment = asked.Segment,
        };
    }

    private static void CheckCombinations(Derivative asked, VideoMode mode, PlanNotes notes)
    {
        if (mode == VideoMode.Audio && (asked.Width ?? asked.Height) is not null) Refuse("width and height have no place in mode=audio.");
        if (mode == VideoMode.Audio && asked.Audio is false) Refuse("mode=audio needs the sound; leave audio=false or mute=true out.");
        if (mode != VideoMode.Video && (asked is { Loop: true } or { Autoplay: true } or { Muted: true } || asked.Preload is not null))
            Refuse("loop, autoplay, muted and preload are for mode=video.");
        if (mode == VideoMode.Video && asked is { Autoplay: true } and not { Audio: false } and not { Muted: true })
            Refuse("autoplay=true needs muted=true or audio=false: browsers play nothing with sound by themselves.");
        if (mode != VideoMode.Hls && asked.Segment is not null) Refuse("segment is for mode=hls.");
        if (mode == VideoMode.Hls && (asked.Time > TimeSpan.Zero || asked.Place is not null || asked.Duration is not null)) Refuse("mode=hls is of the whole video; time and duration have no place in it.");
        if (mode == VideoMode.SpriteSheet && (asked.Width is null || asked.Height is null)) Refuse("mode=spritesheet needs width and height.");

        void Refuse(string message) => notes.Fail(VideoErrorType.InvalidOptionCombination, message);
    }

    /// <summary>Drops what has no effect in a mode, so that it does not make another variant.</summary>
    private static Derivative ForMode(Derivative asked, VideoMode mode, PlanNotes notes)
    {
        if (mode == VideoMode.Video && (asked.Columns ?? asked.Rows) is null && asked is { Interval: null, Tuning: null }) return asked;
        var kept = mode switch
        {
            VideoMode.Video => asked with { Columns = null, Rows = null, Interval = null, Tuning = null },
            VideoMode.Frame => new Derivative { Quality = asked.Quality, Rotate = asked.Rotate, Crop = asked.Crop, Tuning = asked.Tuning },
            VideoMode.Hls => new Derivative { Bitrate = asked.Bitrate, Audio = asked.Audio },
            VideoMode.SpriteSheet => new Derivative { Duration = asked.Duration, Columns = asked.Columns, Rows = asked.Rows, Interval = asked.Interval },
            _ => new Derivative { Duration = asked.Duration },
        };
        kept = kept with
        {
            Mode = asked.Mode, Width = asked.Width, Height = asked.Height, Fit = mode == VideoMode.Audio ? null : asked.Fit, Format = asked.Format, Time = asked.Time, Place = asked.Place,
            FileName = asked.FileName, Segment = asked.Segment,
        };
        // What is left out without effect (loop=false) is nothing to speak of.
        if (kept with { Audio = asked.Audio, Loop = asked.Loop, Autoplay = asked.Autoplay, Muted = asked.Muted } != asked)
            notes.Warn($"Some options have no effect in mode={OptionNames.Of(mode)}.");
        if (mode == VideoMode.SpriteSheet)
        {
            if (asked.Width / (double?)asked.Height is > 5 or < 0.2) notes.Warn("A sprite sheet of that shape has very flat or very narrow pictures.");
            if (asked.Duration > TimeSpan.FromSeconds(60)) notes.Warn("A sprite sheet over more than 60s shows few moments.");
        }
        return kept;
    }

    private static (int? Width, int? Height) Sizes(Derivative asked, VideoPolicy policy, PlanNotes notes)
    {
        if (asked.Width is null && asked.Height is null) return default;
        if (Math.Max(asked.Width ?? 0, asked.Height ?? 0) > policy.MaximumDimension)
            notes.Fail(VideoErrorType.InvalidDimension, $"width and height may be up to {policy.MaximumDimension} here.");
        // The one not given follows from the other as rounded: what is made the same has the same key.
        var (width, height) = (Round(asked.Width), Round(asked.Height));
        return (width ?? Round(height * 16 / 9.0), height ?? Round(width * 9 / 16.0));

        int? Round(double? size) => size is { } pixels ? OptionRanges.RoundSize(pixels, policy.SizeStep, policy.MaximumDimension) : null;
    }

    private static TimeSpan? Cut(TimeSpan? duration, VideoPolicy policy, PlanNotes notes)
    {
        if (duration is null || duration <= policy.MaximumDuration) return duration;
        notes.Ignore(VideoParameter.Duration, $"it is cut to {TimeText.Format(policy.MaximumDuration)}, the most there is here");
        return policy.MaximumDuration;
    }
}
