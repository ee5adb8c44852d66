using System.Globalization;
using Sluice.Core.Processes;
using Sluice.Video.Options;

namespace Sluice.Video.Ffmpeg;

/// <summary>The filter chain of a picture: turned, at its rate and speed, fitted into its frame. Made of numbers only, so nothing in a request can be read as a filter.</summary>
internal static class PictureFilters
{
    /// <summary>
    /// Makes the pixels square where the source's are not, as those of DVDs and camcorders: what comes after goes by numbers of pixels alone. Of all others it leaves the picture as it is.
    /// </summary>
    public const string Square = "scale='iw*clip(sar,0.25,4)':ih";

    /// <summary>Makes one picture of the two halves that those of DVDs, camcorders and broadcasts have: scaled as they are, whatever moves would be torn into lines. All others it leaves as they are.</summary>
    private const string Whole = "yadif=deint=interlaced";

    /// <param name="options">The variant.</param>
    /// <param name="colours">How the source has its colours.</param>
    public static string For(VideoOptions options, Colours colours = Colours.Usual)
    {
        List<string> filters = [.. ColourFilters.Before(colours), Whole];
        if (options.Crop is { } crop) filters.Add(Cut(crop));
        filters.Add(Square);
        if (Turn(options.Rotate) is { } turn) filters.Add(turn);
        if (options.Mode == VideoMode.Video && options.Speed is { } speed && speed != 1) filters.Add(Invariant($"setpts=PTS/{speed}"));
        // Of those that come too fast for the source's rate ffmpeg would leave out some only once they are two behind, and the sound ahead of them. A rate far above that of any picture is one of times, as of recorded calls.
        if (options is { Mode: VideoMode.Video, Speed: > 1, FramesPerSecond: null }) filters.Add("fps='if(gt(source_fps,0)*lte(source_fps,120),source_fps,60)'");
        if (options.Mode == VideoMode.Video && options.FramesPerSecond is { } rate) filters.Add(Invariant($"fps={rate}"));
        filters.Add(Fit(options.Fit, options.Width, options.Height));
        // A PNG has red, green and blue as well.
        if (colours != Colours.Rgb || options.Format != "png") filters.AddRange(ColourFilters.After(colours));
        if (options.Tuning is { } tuning) filters.AddRange(Tune(tuning));
        filters.Add("setsar=1");
        // Where none begins for a while, as of a screen on which nothing moves, the first is there from the beginning of a clip on: there might be none in it otherwise.
        if (options is { Mode: VideoMode.Video, Time: not null }) filters.Add("setpts='if(N,PTS,0)'");
        return string.Join(',', filters);
    }

    /// <summary>Fits a picture into a frame. Sizes come out even, as 4:2:0 colour needs them.</summary>
    public static string Fit(VideoFit fit, int? width, int? height) => (width, height) switch
    {
        (null, null) => "scale=trunc(iw/2)*2:trunc(ih/2)*2",
        ({ } w, null) => fit == VideoFit.ScaleDown ? $"scale='min({w},trunc(iw/2)*2)':-2" : $"scale={w}:-2",
        (null, { } h) => fit == VideoFit.ScaleDown ? $"scale=-2:'min({h},trunc(ih/2)*2)'" : $"scale=-2:{h}",
        ({ } w, { } h) => fit switch
        {
            VideoFit.Cover => $"scale={w}:{h}:force_original_aspect_ratio=increase,crop={w}:{h}",
            VideoFit.ScaleDown => $"scale='min({w},iw)':'min({h},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2",
            VideoFit.Pad => $"scale={w}:{h}:force_original_aspect_ratio=decrease:force_divisible_by=2,pad={w}:{h}:(ow-iw)/2:(oh-ih)/2",
            _ => $"scale={w}:{h}:force_original_aspect_ratio=decrease:force_divisible_by=2",
        },
    };

    /// <summary>Cuts a rectangle out, as far as it lies in the picture. The least that is left is what the least variant is wide.</summary>
    private static string Cut(VideoCrop crop) => $"crop='min({crop.Width},iw-min({crop.X},iw-10))':'min({crop.Height},ih-min({crop.Y},ih-10))':'min({crop.X},iw-10)':'min({crop.Y},ih-10)'";

    /// <summary>Scales chosen so that the ends of each are as far as anybody would go.</summary>
    private static IEnumerable<string> Tune(PictureTuning tuning)
    {
        if (tuning.Blur > 0) yield return Invariant($"gblur=sigma={tuning.Blur / 5}");
        if (tuning.Sharpen > 0) yield return Invariant($"unsharp=5:5:{tuning.Sharpen * 0.3}");
        if (tuning is { Brightness: not 0 } or { Contrast: not 0 } or { Saturation: not 0 })
            yield return Invariant($"eq=brightness={tuning.Brightness / 100}:contrast={1 + (tuning.Contrast / 100)}:saturation={1 + (tuning.Saturation / 100)}");
    }

    /// <summary>The sound's filter for a speed; one takes 0.5 to 2 at best quality, so several stand in a row.</summary>
    public static string Tempo(double speed)
    {
        List<string> steps = [];
        for (; speed > 2; speed /= 2) steps.Add("atempo=2");
        for (; speed < 0.5; speed *= 2) steps.Add("atempo=0.5");
        steps.Add(Invariant($"atempo={speed}"));
        return string.Join(',', steps);
    }

    private static string? Turn(int? degrees) => degrees switch
    {
        90 => "transpose=clock",
        180 => "hflip,vflip",
        270 => "transpose=cclock",
        _ => null,
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
