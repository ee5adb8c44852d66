namespace Sluice.Core.Processes;

/// <summary>How ffmpeg makes pictures of standard range out of those of high dynamic range (HDR), as telephones take them: put into 8 bits as they are, they are grey.</summary>
public static class ToneMap
{
    /// <summary>
    /// Its filters, after those that make the picture smaller: they go by floating point. White is that of paper, 203 cd/m² (ITU-R BT.2408); up to half of it light stays as it is, and what is brighter is
    /// pressed together, so that faces are as bright as they were and clouds have a shape.
    /// </summary>
    public const string Filters = "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:param=0.5:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p";

    /// <summary>Whether a picture is of high dynamic range (ITU-R BT.2100, PQ or HLG), by ffmpeg's names for its colours. One that does not tell all of them cannot be told in others.</summary>
    /// <param name="matrix">color_space of ffprobe.</param>
    /// <param name="primaries">color_primaries.</param>
    /// <param name="transfer">color_transfer.</param>
    public static bool IsNeeded(string? matrix, string? primaries, string? transfer) => matrix == "bt2020nc" && primaries == "bt2020" && transfer is ("smpte2084" or "arib-std-b67");

    /// <summary>Whether an ffmpeg can do it, by what it prints for -filters: zscale is in those that were built with zimg, such as Debian's.</summary>
    public static bool IsAmong(string filters) => filters.Contains(" zscale ", StringComparison.Ordinal) && filters.Contains(" tonemap ", StringComparison.Ordinal);
}
