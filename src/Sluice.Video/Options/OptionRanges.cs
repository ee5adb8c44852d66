namespace Sluice.Video.Options;

/// <summary>Bounds of the values, and how they are rounded so that near-equal ones are one variant.</summary>
internal static class OptionRanges
{
    /// <summary>Pixels (row U003).</summary>
    public const int MinimumDimension = 10;

    /// <summary>Pixels (row U003).</summary>
    public const int MaximumDimension = 2000;

    /// <summary>Columns, and rows, of a sprite sheet.</summary>
    public const int MaximumTiles = 20;

    /// <summary>More than a day of them.</summary>
    public const int LastSegment = 99_999;

    /// <summary>Decimals kept of fps and speed: 23.976 is a rate that films have.</summary>
    public const int Decimals = 3;

    public const int MinimumBitrate = 100_000;
    public const int MaximumBitrate = 20_000_000;
    private const int BitrateStep = 50_000;

    /// <summary>Row U008.</summary>
    public static readonly (TimeSpan From, TimeSpan To) Time = (TimeSpan.Zero, TimeSpan.FromSeconds(600));

    /// <summary>Row U009.</summary>
    public static readonly (TimeSpan From, TimeSpan To) Duration = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(300));

    public static readonly (TimeSpan From, TimeSpan To) Interval = (TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(600));
    public static readonly (decimal From, decimal To) FramesPerSecond = (0.1m, 120m);
    public static readonly (decimal From, decimal To) Speed = (0.25m, 4m);

    /// <summary>Rows of U017.</summary>
    public static readonly (decimal From, decimal To) Sharpen = (0m, 10m);
    public static readonly (decimal From, decimal To) Blur = (0m, 250m);
    public static readonly (decimal From, decimal To) Tone = (-100m, 100m);

    public static int RoundBitrate(int bits) => (bits + (BitrateStep / 2)) / BitrateStep * BitrateStep;

    /// <summary>Brings a size to the nearest multiple of <paramref name="step"/> within the bounds.</summary>
    public static int RoundSize(double pixels, int step, int maximum)
    {
        var least = (MinimumDimension + step - 1) / step * step;
        return Math.Clamp((int)Math.Floor((pixels / step) + 0.5) * step, least, Math.Max(least, maximum / step * step));
    }
}
