namespace Sluice.Video.Ffmpeg;

/// <summary>A source as ffmpeg reads it.</summary>
/// <param name="Url">Where.</param>
/// <param name="Traits">What it is told something else for.</param>
internal sealed record FfmpegInput(string Url, SourceTraits Traits = default);
