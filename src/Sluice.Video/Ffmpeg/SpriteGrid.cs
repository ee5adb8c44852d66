using Sluice.Video.Options;

namespace Sluice.Video.Ffmpeg;

/// <summary>How a sprite sheet is divided: one picture from the middle of each equal part, row by row (row U018).</summary>
/// <param name="Length">How much of the source it shows.</param>
/// <param name="Columns">Pictures side by side.</param>
/// <param name="Rows">Rows of them.</param>
/// <param name="Pictures">How many there are; the last row may not be full.</param>
/// <param name="CellWidth">Pixels of one, even.</param>
/// <param name="CellHeight">Pixels of one, even.</param>
internal sealed record SpriteGrid(TimeSpan Length, int Columns, int Rows, int Pictures, int CellWidth, int CellHeight)
{
    private const int MostPictures = 400;
    private const int LeastCell = 10;

    /// <summary>The part of the source that each picture stands for.</summary>
    public TimeSpan Step => Length / Pictures;

    /// <summary>Divides a sheet.</summary>
    /// <param name="options">Its size, and what of the grid was asked for.</param>
    /// <param name="source">Length of the source.</param>
    public static SpriteGrid For(VideoOptions options, TimeSpan source)
    {
        var from = options.Time ?? TimeSpan.Zero;
        var left = source > from ? source - from : TimeSpan.FromMilliseconds(1);
        var length = options.Duration is { } asked && asked < left ? asked : left;
        var (width, height) = (options.Width ?? 640, options.Height ?? 480);
        var pictures = options.Columns is { } across && options.Rows is { } down ? Math.Clamp(across * down, 1, MostPictures)
            : options.Interval is { } every ? (int)Math.Clamp(Math.Ceiling(length / every), 1, MostPictures)
            : (int)Math.Clamp(Math.Ceiling(length.TotalSeconds), 1, length < TimeSpan.FromMinutes(1) ? 12 : 25);
        var columns = options.Columns ?? (options.Rows is { } given ? (pictures + given - 1) / given : Across(pictures, width, height));
        columns = Math.Clamp(columns, 1, Math.Max(1, width / LeastCell));
        var rows = Math.Clamp(options.Rows ?? ((pictures + columns - 1) / columns), 1, Math.Max(1, height / LeastCell));
        // Pictures further apart than asked would leave gaps; nearer ones only show more.
        if (options.Interval is { } most && most * pictures < length) length = most * pictures;
        return new SpriteGrid(length, columns, rows, Math.Min(pictures, columns * rows), Even(width / columns), Even(height / rows));
    }

    /// <summary>So many side by side that the cells come nearest to 16:9.</summary>
    private static int Across(int pictures, int width, int height) =>
        Enumerable.Range(1, pictures).MinBy(columns => Math.Abs(Math.Log((double)width / columns / ((double)height / ((pictures + columns - 1) / columns)) / (16d / 9))));

    private static int Even(int pixels) => Math.Max(2, pixels & ~1);
}
