namespace Sluice.Catalog.Hls;

/// <summary>A rendition that is encoded, as its master manifest describes it (decision D24: measured, not assumed).</summary>
/// <param name="Name">Its folder.</param>
/// <param name="Width">In pixels; 0 for sound alone.</param>
/// <param name="Height">In pixels; 0 for sound alone.</param>
/// <param name="Codecs">Value of CODECS (RFC 6381).</param>
/// <param name="Bandwidth">Largest bit rate of its segments, in bits a second.</param>
/// <param name="AverageBandwidth">Mean bit rate.</param>
/// <param name="FrameRate">Frames a second; 0 for sound alone.</param>
/// <param name="Duration">Length, in seconds.</param>
internal sealed record EncodedRendition(string Name, int Width, int Height, string Codecs, long Bandwidth, long AverageBandwidth, double FrameRate, double Duration);
