namespace Sluice.Catalog.Hls;

/// <summary>One picture size to encode.</summary>
/// <param name="Name">Its folder: the height and "p".</param>
/// <param name="Width">In pixels, even.</param>
/// <param name="Height">In pixels, even.</param>
/// <param name="BitRate">Aim of the video encoder, in bits a second.</param>
internal sealed record Rendition(string Name, int Width, int Height, int BitRate);
