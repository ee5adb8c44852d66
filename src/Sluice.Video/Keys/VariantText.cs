using System.Globalization;
using System.Runtime.CompilerServices;
using Sluice.Video.Options;

namespace Sluice.Video.Keys;

/// <summary>
/// Keys and canonical queries of variants (rows KEY-01 to KEY-04, U023, U048). A key is the mode's name, the source path, and the options in a fixed order; of a derivative only
/// its name, and what was asked beyond it. Hints to players and the file name are in neither: they do not change the bytes.
/// </summary>
internal static class VariantText
{
    private static readonly VideoOptions Nothing = new() { Format = "" };

    // Row U048, and after those what it does not name.
    private static readonly VideoParameter[][] Orders =
    [
        [
            VideoParameter.Width, VideoParameter.Height, VideoParameter.Format, VideoParameter.Quality, VideoParameter.Compression, VideoParameter.Fit, VideoParameter.Time,
            VideoParameter.Duration, VideoParameter.Bitrate, VideoParameter.Audio, VideoParameter.Fps, VideoParameter.Speed, VideoParameter.Rotate, VideoParameter.Crop,
        ],
        [
            VideoParameter.Width, VideoParameter.Height, VideoParameter.Time, VideoParameter.Format, VideoParameter.Fit, VideoParameter.Quality, VideoParameter.Rotate, VideoParameter.Crop,
            VideoParameter.Sharpen, VideoParameter.Blur, VideoParameter.Brightness, VideoParameter.Contrast, VideoParameter.Saturation,
        ],
        [
            VideoParameter.Width, VideoParameter.Height, VideoParameter.Time, VideoParameter.Duration, VideoParameter.Columns, VideoParameter.Rows, VideoParameter.Interval,
            VideoParameter.Format, VideoParameter.Fit,
        ],
        [VideoParameter.Time, VideoParameter.Duration, VideoParameter.Format],
        [VideoParameter.Width, VideoParameter.Height, VideoParameter.Fit, VideoParameter.Bitrate, VideoParameter.Audio, VideoParameter.Segment],
    ];

    /// <summary>The key. Paths keep their normal form but for the colon, which separates options: it is escaped in lower case, as nothing in a normal form is, so that no two paths meet.</summary>
    /// <param name="path">The source's path in normal form, with its leading slash.</param>
    /// <param name="options">The variant.</param>
    /// <param name="derivative">What the derivative alone gives; null without one.</param>
    public static string Key(string path, VideoOptions options, VideoOptions? derivative) => Write(OptionNames.Of(options.Mode), path, options, derivative);

    /// <summary>The key of the source itself (row KEY-02).</summary>
    public static string OriginalKey(string path) => "video:" + Source(path);

    /// <summary>The query that asks for this variant and no other, with its question mark.</summary>
    public static string Query(VideoOptions options, VideoOptions? derivative) => Write(null, "", options, derivative);

    /// <summary>The source path as keys and tags have it.</summary>
    public static string Source(string path) => (path.StartsWith('/') ? path[1..] : path).Replace(":", "%3a", StringComparison.Ordinal);

    private static string Write(string? mode, string path, VideoOptions options, VideoOptions? derivative)
    {
        var text = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[512]);
        var inKey = mode is not null;
        if (inKey)
        {
            text.AppendLiteral(mode!);
            text.AppendLiteral(":");
            text.AppendLiteral(Source(path));
        }
        var first = !inKey;
        if (derivative is not null) Append(ref text, inKey, ref first, "derivative", "derivative", options.Derivative!);
        else if (!inKey && options.Mode != VideoMode.Video) Append(ref text, inKey, ref first, "", "mode", OptionNames.Of(options.Mode));
        var baseline = derivative ?? Nothing;
        if (!ReferenceEquals(options, derivative))
            foreach (var parameter in Orders[(int)options.Mode]) AppendOption(ref text, inKey, ref first, parameter, options, baseline);
        return text.ToStringAndClear();
    }

    private static void AppendOption(ref DefaultInterpolatedStringHandler text, bool inKey, ref bool first, VideoParameter parameter, VideoOptions o, VideoOptions than)
    {
        switch (parameter)
        {
            case VideoParameter.Width when o.Width != than.Width: Append(ref text, inKey, ref first, "w", "width", o.Width); break;
            case VideoParameter.Height when o.Height != than.Height: Append(ref text, inKey, ref first, "h", "height", o.Height); break;
            // A sprite sheet is always a picture, and only its index is not.
            case VideoParameter.Format when o.Format != than.Format && !(o.Mode == VideoMode.SpriteSheet && o.Format == "jpg"): Append(ref text, inKey, ref first, "f", "format", o.Format); break;
            case VideoParameter.Quality when o.Quality != than.Quality: Append(ref text, inKey, ref first, "q", "quality", OptionNames.Of(o.Quality!.Value)); break;
            case VideoParameter.Compression when o.Compression != than.Compression: Append(ref text, inKey, ref first, "c", "compression", OptionNames.Of(o.Compression!.Value)); break;
            case VideoParameter.Fit when o.Fit != than.Fit: Append(ref text, inKey, ref first, "fit", "fit", OptionNames.Of(o.Fit)); break;
            case VideoParameter.Time when o.Place is null && o.Time != than.Time: Append(ref text, inKey, ref first, "t", "time", TimeText.Format(o.Time!.Value)); break;
            // In a query the sign stands for itself only when it is written so.
            case VideoParameter.Time when o.Place is { } place && o.Place != than.Place: Append(ref text, inKey, ref first, "t", "time", inKey ? place.ToString() : place.ToString().Replace("%", "%25", StringComparison.Ordinal)); break;
            case VideoParameter.Duration when o.Duration != than.Duration: Append(ref text, inKey, ref first, "duration", "duration", TimeText.Format(o.Duration!.Value)); break;
            case VideoParameter.Bitrate when o.Bitrate != than.Bitrate: Append(ref text, inKey, ref first, "b", "bitrate", $"{o.Bitrate / 1000}k"); break;
            case VideoParameter.Audio when o.Audio != than.Audio: Append(ref text, inKey, ref first, "audio", "audio", o.Audio ? "true" : "false"); break;
            case VideoParameter.Fps when o.FramesPerSecond != than.FramesPerSecond: Append(ref text, inKey, ref first, "fps", "fps", o.FramesPerSecond); break;
            case VideoParameter.Speed when o.Speed != than.Speed: Append(ref text, inKey, ref first, "speed", "speed", o.Speed); break;
            case VideoParameter.Rotate when o.Rotate != than.Rotate: Append(ref text, inKey, ref first, "r", "rotate", o.Rotate); break;
            case VideoParameter.Crop when o.Crop != than.Crop: Append(ref text, inKey, ref first, "crop", "crop", o.Crop); break;
            case VideoParameter.Sharpen when o.Tuning?.Sharpen != than.Tuning?.Sharpen: Tone(ref text, inKey, ref first, "sharpen", o.Tuning?.Sharpen); break;
            case VideoParameter.Blur when o.Tuning?.Blur != than.Tuning?.Blur: Tone(ref text, inKey, ref first, "blur", o.Tuning?.Blur); break;
            case VideoParameter.Brightness when o.Tuning?.Brightness != than.Tuning?.Brightness: Tone(ref text, inKey, ref first, "brightness", o.Tuning?.Brightness); break;
            case VideoParameter.Contrast when o.Tuning?.Contrast != than.Tuning?.Contrast: Tone(ref text, inKey, ref first, "contrast", o.Tuning?.Contrast); break;
            case VideoParameter.Saturation when o.Tuning?.Saturation != than.Tuning?.Saturation: Tone(ref text, inKey, ref first, "saturation", o.Tuning?.Saturation); break;
            case VideoParameter.Columns when o.Columns != than.Columns: Append(ref text, inKey, ref first, "cols", "columns", o.Columns); break;
            case VideoParameter.Rows when o.Rows != than.Rows: Append(ref text, inKey, ref first, "rows", "rows", o.Rows); break;
            case VideoParameter.Segment when o.Segment != than.Segment: Append(ref text, inKey, ref first, "segment", "segment", o.Segment); break;
            case VideoParameter.Interval when o.Interval != than.Interval: Append(ref text, inKey, ref first, "interval", "interval", TimeText.Format(o.Interval!.Value)); break;
        }
    }

    private static void Tone(ref DefaultInterpolatedStringHandler text, bool inKey, ref bool first, string name, double? value)
    {
        if (value is not (null or 0)) Append(ref text, inKey, ref first, name, name, value);
    }

    private static void Append<T>(ref DefaultInterpolatedStringHandler text, bool inKey, ref bool first, string key, string name, T value)
    {
        text.AppendLiteral(inKey ? ":" : first ? "?" : "&");
        text.AppendLiteral(inKey ? key : name);
        text.AppendLiteral("=");
        text.AppendFormatted(value);
        first = false;
    }
}
