namespace Sluice.Video.Ffmpeg;

/// <summary>A source as ffmpeg reads it.</summary>
/// <param name="Url">Where.</param>
/// <param name="IsHdr">Whether its picture is of high dynamic range, and is to be told in standard range.</param>
internal sealed record FfmpegInput(string Url, bool IsHdr = false);
