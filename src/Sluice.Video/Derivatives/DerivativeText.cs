using System.Globalization;
using Sluice.Video.Options;
using Sluice.Video.Planning;

namespace Sluice.Video.Derivatives;

/// <summary>Derivatives as they are written in a configuration: like the query of a URL, "width=640&amp;height=360&amp;compression=high".</summary>
public static class DerivativeText
{
    private const ulong Allowed = ((1UL << (int)VideoParameter.FileName) - 1) & ~(1UL << (int)VideoParameter.Derivative);

    /// <summary>Reads one. Unlike in URLs, what is unknown or has no meaning is an error.</summary>
    /// <param name="text">The options.</param>
    /// <param name="derivative">What they say.</param>
    /// <param name="problem">What is wrong with them, in a sentence; empty when nothing is.</param>
    public static bool TryParse(string text, out Derivative derivative, out string problem)
    {
        derivative = new Derivative();
        problem = "";
        foreach (var pair in text.Split('&'))
        {
            var name = pair.Split('=', 2)[0];
            if (!ParameterNames.TryFind(name, out var parameter) || (ParameterSet.Bit(parameter) & Allowed) == 0) problem = $"There is no option \"{name}\" for derivatives.";
            else if (!pair.Contains('=', StringComparison.Ordinal) || pair[^1] == '=') problem = $"{name} has no value.";
            if (problem.Length > 0) return false;
        }
        var set = new ParameterSet(text);
        var notes = new PlanNotes(false);
        if (set.Repeated is { } twice) notes.Fail(VideoErrorType.InvalidParameter, $"{ParameterNames.Of(twice)} is given twice.");
        derivative = OptionReader.Read(in set, notes);
        problem = notes.Error?.Message ?? (notes.Warnings.Count > 0 ? notes.Warnings[0] + "." : "");
        return problem.Length == 0;
    }

    /// <summary>Writes one as <see cref="TryParse"/> reads it.</summary>
    public static string Format(Derivative derivative) => string.Join('&', Parts(derivative).Where(p => p.Value is not null).Select(p => $"{ParameterNames.Of(p.Name)}={p.Value}"));

    private static (VideoParameter Name, string? Value)[] Parts(Derivative d) =>
    [
        (VideoParameter.Mode, d.Mode is { } mode ? OptionNames.Of(mode) : null), (VideoParameter.Width, Text(d.Width)), (VideoParameter.Height, Text(d.Height)),
        (VideoParameter.Fit, d.Fit is { } fit ? OptionNames.Of(fit) : null), (VideoParameter.Format, d.Format), (VideoParameter.Time, d.Place?.ToString() ?? Text(d.Time)), (VideoParameter.Duration, Text(d.Duration)),
        (VideoParameter.Quality, d.Quality is { } quality ? OptionNames.Of(quality) : null), (VideoParameter.Compression, d.Compression is { } compression ? OptionNames.Of(compression) : null),
        (VideoParameter.Bitrate, Text(d.Bitrate)), (VideoParameter.Audio, Text(d.Audio)), (VideoParameter.Fps, Text(d.FramesPerSecond)), (VideoParameter.Speed, Text(d.Speed)),
        (VideoParameter.Rotate, Text(d.Rotate)), (VideoParameter.Columns, Text(d.Columns)), (VideoParameter.Rows, Text(d.Rows)), (VideoParameter.Interval, Text(d.Interval)),
        (VideoParameter.Crop, d.Crop?.ToString()), (VideoParameter.Sharpen, Tone(d.Tuning?.Sharpen)), (VideoParameter.Blur, Tone(d.Tuning?.Blur)),
        (VideoParameter.Brightness, Tone(d.Tuning?.Brightness)), (VideoParameter.Contrast, Tone(d.Tuning?.Contrast)), (VideoParameter.Saturation, Tone(d.Tuning?.Saturation)),
        (VideoParameter.Loop, Text(d.Loop)), (VideoParameter.Autoplay, Text(d.Autoplay)), (VideoParameter.Muted, Text(d.Muted)),
        (VideoParameter.Preload, d.Preload is { } preload ? OptionNames.Preloads[(int)preload] : null),
    ];

    private static string? Text<T>(T? value) where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture);

    private static string? Tone(double? value) => value is 0 ? null : Text(value);

    private static string? Text(TimeSpan? time) => time is { } given ? TimeText.Format(given) : null;

    private static string? Text(bool? value) => value is { } given ? given ? "true" : "false" : null;
}
