using System.Globalization;
using Sluice.Video.Derivatives;
using Sluice.Video.Planning;

namespace Sluice.Video.Options;

/// <summary>Turns parameters into values. What is not one of the words known is passed over; what is malformed or out of range is refused (row U001).</summary>
internal static class OptionReader
{
    /// <summary>The values asked for; what is wrong with them is in <paramref name="notes"/>.</summary>
    public static Derivative Read(ref readonly ParameterSet set, PlanNotes notes) => new()
    {
        Mode = (VideoMode?)Word(in set, VideoParameter.Mode, OptionNames.Modes, notes),
        Width = Size(in set, VideoParameter.Width, notes),
        Height = Size(in set, VideoParameter.Height, notes),
        Fit = Fit(in set, notes),
        Format = Format(in set, notes),
        Place = VideoPlace.Read(set[VideoParameter.Time]),
        Time = VideoPlace.Read(set[VideoParameter.Time]) is null ? Time(in set, VideoParameter.Time, OptionRanges.Time, notes) : null,
        Duration = Time(in set, VideoParameter.Duration, OptionRanges.Duration, notes),
        Quality = (VideoLevel?)Word(in set, VideoParameter.Quality, OptionNames.Levels, notes),
        Compression = (VideoLevel?)Word(in set, VideoParameter.Compression, OptionNames.Levels, notes),
        Bitrate = Bitrate(in set, notes),
        Audio = Audio(in set, notes),
        FramesPerSecond = Number(in set, VideoParameter.Fps, OptionRanges.FramesPerSecond, notes),
        Speed = Number(in set, VideoParameter.Speed, OptionRanges.Speed, notes),
        Rotate = Rotate(in set, notes),
        Columns = Count(in set, VideoParameter.Columns, notes),
        Rows = Count(in set, VideoParameter.Rows, notes),
        Interval = Time(in set, VideoParameter.Interval, OptionRanges.Interval, notes),
        Crop = Crop(in set, notes),
        Tuning = Tuning(in set, notes),
        Loop = Switch(in set, VideoParameter.Loop, notes),
        Autoplay = Switch(in set, VideoParameter.Autoplay, notes),
        Muted = Switch(in set, VideoParameter.Muted, notes),
        Preload = (VideoPreload?)Word(in set, VideoParameter.Preload, OptionNames.Preloads, notes),
        Segment = Segment(in set, notes),
        FileName = FileNameText.Read(set[VideoParameter.FileName], notes),
    };

    /// <summary>A whole number of pixels in range; null where none was given, or "auto".</summary>
    private static int? Size(ref readonly ParameterSet set, VideoParameter parameter, PlanNotes notes)
    {
        var text = set[parameter];
        if (text.IsEmpty || text is "auto") return null;
        if (NumberText.TryParse(text, out int value) && value is >= OptionRanges.MinimumDimension and <= OptionRanges.MaximumDimension) return value;
        notes.Fail(VideoErrorType.InvalidDimension, $"{ParameterNames.Of(parameter)} must be a whole number from {OptionRanges.MinimumDimension} to {OptionRanges.MaximumDimension}.");
        return null;
    }

    private static int? Word(ref readonly ParameterSet set, VideoParameter parameter, string[] words, PlanNotes notes)
    {
        if (!set.Has(parameter)) return null;
        var found = OptionNames.IndexOf(words, set[parameter]);
        if (found < 0) notes.Ignore(parameter, $"it is none of {string.Join(", ", words)}");
        return found < 0 ? null : found;
    }

    private static VideoFit? Fit(ref readonly ParameterSet set, PlanNotes notes) => set[VideoParameter.Fit] switch
    {
        // Row U019.
        "crop" => VideoFit.Cover,
        "fill" => VideoFit.Contain,
        _ => (VideoFit?)Word(in set, VideoParameter.Fit, OptionNames.Fits, notes),
    };

    private static string? Format(ref readonly ParameterSet set, PlanNotes notes)
    {
        var text = set[VideoParameter.Format];
        if (text.IsEmpty || text is "auto") return null;
        if (text.Equals("jpeg", StringComparison.OrdinalIgnoreCase)) return "jpg";
        return Word(in set, VideoParameter.Format, OptionNames.Formats, notes) is { } found ? OptionNames.Formats[found] : null;
    }

    private static TimeSpan? Time(ref readonly ParameterSet set, VideoParameter parameter, (TimeSpan From, TimeSpan To) range, PlanNotes notes)
    {
        if (!set.Has(parameter)) return null;
        if (TimeText.TryParse(set[parameter], out var time) && time >= range.From && time <= range.To) return time;
        notes.Fail(VideoErrorType.InvalidTimeValue, $"{ParameterNames.Of(parameter)} must be a time from {TimeText.Format(range.From)} to {TimeText.Format(range.To)}, written as 2s, 1.5m or 1:30{(parameter == VideoParameter.Time ? $"; or a share of the length as 25%, or a picture as 750f, up to {VideoPlace.LastPicture}f" : "")}.");
        return null;
    }

    private static double? Number(ref readonly ParameterSet set, VideoParameter parameter, (decimal From, decimal To) range, PlanNotes notes)
    {
        if (!set.Has(parameter)) return null;
        var text = set[parameter];
        var isNegative = range.From < 0 && text[0] == '-';
        if (NumberText.TryParse(isNegative ? text[1..] : text, out decimal value) && (value = isNegative ? -value : value) >= range.From && value <= range.To) return (double)decimal.Round(value, OptionRanges.Decimals, MidpointRounding.AwayFromZero);
        notes.Fail(VideoErrorType.InvalidParameter, string.Create(CultureInfo.InvariantCulture, $"{ParameterNames.Of(parameter)} must be a number from {range.From} to {range.To}."));
        return null;
    }

    private static int? Bitrate(ref readonly ParameterSet set, PlanNotes notes)
    {
        if (!set.Has(VideoParameter.Bitrate)) return null;
        var text = set[VideoParameter.Bitrate];
        var unit = text[^1] switch { 'k' or 'K' => 1_000, 'm' or 'M' => 1_000_000, _ => 1 };
        if (NumberText.TryParse(unit == 1 ? text : text[..^1], out decimal value) && value * unit is >= OptionRanges.MinimumBitrate and <= OptionRanges.MaximumBitrate)
            return OptionRanges.RoundBitrate((int)(value * unit));
        notes.Fail(VideoErrorType.InvalidParameter, "bitrate must be from 100k to 20M, written as 1500k, 1.5M or 1500000.");
        return null;
    }

    private static bool? Audio(ref readonly ParameterSet set, PlanNotes notes)
    {
        var (audio, mute) = (Switch(in set, VideoParameter.Audio, notes), !Switch(in set, VideoParameter.Mute, notes));
        if (audio is not null && mute is not null && audio != mute) notes.Fail(VideoErrorType.InvalidOptionCombination, "audio and mute contradict each other.");
        return audio ?? mute;
    }

    private static int? Rotate(ref readonly ParameterSet set, PlanNotes notes)
    {
        switch (set[VideoParameter.Rotate])
        {
            case "": return null;
            case "0" or "360": return 0;
            case "90" or "-270": return 90;
            case "180" or "-180": return 180;
            case "270" or "-90": return 270;
            default:
                notes.Fail(VideoErrorType.InvalidParameter, "rotate must be 0, 90, 180 or 270.");
                return null;
        }
    }

    private static VideoCrop? Crop(ref readonly ParameterSet set, PlanNotes notes)
    {
        if (!set.Has(VideoParameter.Crop)) return null;
        if (VideoCrop.Read(set[VideoParameter.Crop]) is { } crop) return crop;
        notes.Fail(VideoErrorType.InvalidDimension, "crop must be four whole numbers, x,y,width,height, in pixels of the source: 0 to 20000, and width and height 10 or more.");
        return null;
    }

    private static PictureTuning? Tuning(ref readonly ParameterSet set, PlanNotes notes)
    {
        var tuning = new PictureTuning
        {
            Sharpen = Number(in set, VideoParameter.Sharpen, OptionRanges.Sharpen, notes) ?? 0,
            Blur = Number(in set, VideoParameter.Blur, OptionRanges.Blur, notes) ?? 0,
            Brightness = Number(in set, VideoParameter.Brightness, OptionRanges.Tone, notes) ?? 0,
            Contrast = Number(in set, VideoParameter.Contrast, OptionRanges.Tone, notes) ?? 0,
            Saturation = Number(in set, VideoParameter.Saturation, OptionRanges.Tone, notes) ?? 0,
        };
        return tuning == default ? null : tuning;
    }

    private static int? Count(ref readonly ParameterSet set, VideoParameter parameter, PlanNotes notes)
    {
        if (!set.Has(parameter)) return null;
        if (NumberText.TryParse(set[parameter], out int value) && value is >= 1 and <= OptionRanges.MaximumTiles) return value;
        notes.Fail(VideoErrorType.InvalidParameter, $"{ParameterNames.Of(parameter)} must be a whole number from 1 to {OptionRanges.MaximumTiles}.");
        return null;
    }

    private static int? Segment(ref readonly ParameterSet set, PlanNotes notes)
    {
        if (!set.Has(VideoParameter.Segment)) return null;
        if (NumberText.TryParse(set[VideoParameter.Segment], out int value) && value is >= 0 and <= OptionRanges.LastSegment) return value;
        notes.Fail(VideoErrorType.InvalidParameter, $"segment must be a whole number from 0 to {OptionRanges.LastSegment}.");
        return null;
    }

    private static bool? Switch(ref readonly ParameterSet set, VideoParameter parameter, PlanNotes notes)
    {
        switch (set[parameter])
        {
            case "": return null;
            case "true" or "1": return true;
            case "false" or "0": return false;
            default:
                notes.Ignore(parameter, "it is neither true nor false");
                return null;
        }
    }
}
