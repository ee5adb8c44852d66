using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Derivatives;

/// <summary>Lays a derivative over what was asked: what it says stands, so that its name alone tells the variant (row U023); what it leaves open the request may say.</summary>
internal static class DerivativeMerge
{
    /// <summary>The values in force.</summary>
    public static Derivative Apply(Derivative derivative, Derivative asked, PlanNotes notes)
    {
        var placed = derivative.Time is not null || derivative.Place is not null;
        var sized = (derivative.Width ?? derivative.Height) is not null;
        var merged = asked with
        {
            Mode = derivative.Mode ?? VideoMode.Video,
            Width = sized ? derivative.Width : asked.Width,
            Height = sized ? derivative.Height : asked.Height,
            Fit = derivative.Fit ?? asked.Fit,
            Format = derivative.Format ?? asked.Format,
            Time = placed ? derivative.Time : asked.Time,
            Place = placed ? derivative.Place : asked.Place,
            Duration = derivative.Duration ?? asked.Duration,
            Quality = derivative.Quality ?? asked.Quality,
            Compression = derivative.Compression ?? asked.Compression,
            Bitrate = derivative.Bitrate ?? asked.Bitrate,
            Audio = derivative.Audio ?? asked.Audio,
            FramesPerSecond = derivative.FramesPerSecond ?? asked.FramesPerSecond,
            Speed = derivative.Speed ?? asked.Speed,
            Rotate = derivative.Rotate ?? asked.Rotate,
            Crop = derivative.Crop ?? asked.Crop,
            Tuning = derivative.Tuning ?? asked.Tuning,
            Loop = derivative.Loop ?? asked.Loop,
            Autoplay = derivative.Autoplay ?? asked.Autoplay,
            Muted = derivative.Muted ?? asked.Muted,
            Preload = derivative.Preload ?? asked.Preload,
            Columns = derivative.Columns ?? asked.Columns,
            Rows = derivative.Rows ?? asked.Rows,
            Interval = derivative.Interval ?? asked.Interval,
        };
        // Laid over it the other way round, what was asked would change something.
        if (Contradicts(asked.Mode, merged.Mode) || Contradicts(asked.Width, merged.Width) || Contradicts(asked.Height, merged.Height) || Contradicts(asked.Fit, merged.Fit)
            || (asked.Format is not null && asked.Format != merged.Format) || Contradicts(asked.Time, merged.Time) || Contradicts(asked.Place, merged.Place) || Contradicts(asked.Duration, merged.Duration)
            || Contradicts(asked.Quality, merged.Quality) || Contradicts(asked.Compression, merged.Compression) || Contradicts(asked.Bitrate, merged.Bitrate)
            || Contradicts(asked.Audio, merged.Audio) || Contradicts(asked.FramesPerSecond, merged.FramesPerSecond) || Contradicts(asked.Speed, merged.Speed)
            || Contradicts(asked.Rotate, merged.Rotate) || Contradicts(asked.Columns, merged.Columns) || Contradicts(asked.Rows, merged.Rows) || Contradicts(asked.Interval, merged.Interval)
            || Contradicts(asked.Crop, merged.Crop) || Contradicts(asked.Tuning, merged.Tuning))
            notes.Warn("Options that the derivative sets itself are ignored.");
        return merged;
    }

    private static bool Contradicts<T>(T? asked, T? merged) where T : struct => asked is { } value && !value.Equals(merged);
}
