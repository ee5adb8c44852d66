using System.Globalization;
using Sluice.Video.Options;

namespace Sluice.Video.Ffmpeg;

/// <summary>Quality and compression (rows U011, U012) as encoders take them: constant quality under a bound on the rate.</summary>
internal static class Rates
{
    /// <summary>Bits per second of the sound of a segment, and of a picture that nothing says anything of.</summary>
    public const int HlsSound = 128_000, Unknown = 2_500_000;

    /// <summary>Bits per second that a picture takes at most where so many are asked for.</summary>
    public static long Peak(int bits) => bits * 3L / 2;

    /// <summary>With what MPEG-TS adds to it.</summary>
    public static long WithPackets(long bits) => bits * 11 / 10;

    /// <summary>Arguments of a video encoder.</summary>
    public static string[] For(VideoOptions options, bool isWebM)
    {
        if (options.Bitrate is { } asked) return ["-b:v", Text(asked), "-maxrate", Text(Peak(asked)), "-bufsize", Text(asked * 2L)];
        // Both scales count the other way round: less is better.
        var level = options.Quality switch { VideoLevel.Low => 5, VideoLevel.High => -3, _ => 0 }
            + options.Compression switch { VideoLevel.Low => -2, VideoLevel.High => 4, _ => 0 };
        var constant = (isWebM ? 34 : 23) + level;
        var most = options.Quality switch { VideoLevel.Low => 500_000, VideoLevel.Medium => 1_500_000, VideoLevel.High => 3_000_000, _ => 0L };
        if (most == 0) return isWebM ? ["-crf", Text(constant), "-b:v", "0"] : ["-crf", Text(constant)];
        return isWebM ? ["-crf", Text(constant), "-b:v", Text(most)] : ["-crf", Text(constant), "-maxrate", Text(most), "-bufsize", Text(most * 2)];
    }

    /// <summary>Bits per second of sound.</summary>
    public static string Sound(VideoOptions options) => options.Quality switch { VideoLevel.Low => "64k", VideoLevel.High => "192k", _ => "128k" };

    /// <summary>One of three steps of a picture's quality.</summary>
    public static string Picture(VideoOptions options, int low, int medium, int high) =>
        Text(options.Quality switch { VideoLevel.Low => low, VideoLevel.High => high, _ => medium });

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
