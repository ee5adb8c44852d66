using Sluice.Video.Options;

namespace Sluice.Video.Ffmpeg;

/// <summary>What a picture comes to in a playlist's size, and which level of H.264 (ITU-T H.264 table A-1) decoders need for it.</summary>
internal static class HlsSize
{
    private const double UsualRate = 30;

    // Macroblocks of a picture, and in a second.
    private static readonly (int Level, int Blocks, int InSecond)[] Levels = [(30, 1620, 40_500), (31, 3600, 108_000), (40, 8192, 245_760), (42, 8704, 522_240), (51, 36_864, 983_040), (52, 36_864, 2_073_600)];

    /// <summary>Pixels, even.</summary>
    public static (int Width, int Height) Of(VideoOptions options, SourceStreams source)
    {
        if (options is not { Width: { } width, Height: { } height }) return (source.Width & ~1, source.Height & ~1);
        if (options.Fit is VideoFit.Cover or VideoFit.Pad) return (width, height);
        var scale = Math.Min((double)width / source.Width, (double)height / source.Height);
        if (options.Fit == VideoFit.ScaleDown) scale = Math.Min(1, scale);
        return (Even(source.Width * scale), Even(source.Height * scale));
    }

    /// <summary>The level times ten.</summary>
    public static int LevelOf((int Width, int Height) size, double? rate)
    {
        var blocks = (size.Width + 15) / 16 * ((size.Height + 15) / 16);
        var fitting = Array.FindIndex(Levels, level => blocks <= level.Blocks && blocks * (rate ?? UsualRate) <= level.InSecond);
        return (fitting < 0 ? Levels[^1] : Levels[fitting]).Level;
    }

    private static int Even(double pixels) => Math.Max(2, (int)Math.Round(pixels / 2) * 2);
}
