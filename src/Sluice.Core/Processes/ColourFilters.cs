namespace Sluice.Core.Processes;

/// <summary>How ffmpeg makes the colours of video out of those that a source has.</summary>
public static class ColourFilters
{
    private const string Hd = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709";

    /// <summary>How a picture has its colours, by ffmpeg's names.</summary>
    /// <param name="pixels">pix_fmt of ffprobe.</param>
    /// <param name="matrix">color_space.</param>
    /// <param name="primaries">color_primaries.</param>
    /// <param name="transfer">color_transfer.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public static Colours Of(string? pixels, string? matrix, string? primaries, string? transfer, int width, int height) =>
        ToneMap.IsNeeded(matrix, primaries, transfer) ? Colours.Hdr
            : pixels is not null && (pixels == "pal8" || Array.Exists(["rgb", "bgr", "gbr"], order => pixels.Contains(order, StringComparison.Ordinal))) ? Colours.Rgb
            : (matrix is null or "" or "unknown") && (width >= 1280 || height >= 720) ? Colours.Hd
            : Colours.Usual;

    /// <summary>Its filters before all others: what scales may make red, green and blue of it at once.</summary>
    public static string[] Before(Colours colours) => colours == Colours.Hd ? [Hd] : [];

    /// <summary>Its filters after those that make the picture smaller.</summary>
    public static string[] After(Colours colours) => colours switch
    {
        Colours.Hdr => [ToneMap.Filters],
        // ffmpeg would make the colours of old television of them and not say so, where players take those of today's.
        Colours.Rgb => ["scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", Hd],
        _ => [],
    };
}
