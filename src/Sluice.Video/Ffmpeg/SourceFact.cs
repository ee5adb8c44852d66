namespace Sluice.Video.Ffmpeg;

/// <summary>What is known of a source.</summary>
/// <param name="Length">How long it is.</param>
/// <param name="Rate">Its pictures per second; null where that was not asked, or it has none.</param>
/// <param name="Traits">What ffmpeg has to be told something else for.</param>
/// <param name="Streams">What it has of picture and sound; null where that was not asked.</param>
internal readonly record struct SourceFact(TimeSpan Length, double? Rate, SourceTraits Traits, SourceStreams? Streams = null);

/// <summary>Picture and sound of a source.</summary>
/// <param name="Width">Pixels as shown: turned, and square. 0 without a picture.</param>
/// <param name="Height">Pixels as shown.</param>
/// <param name="HasSound">Whether there is any.</param>
/// <param name="IsCover">Whether the picture is the cover of a song: one, without a time.</param>
internal sealed record SourceStreams(int Width, int Height, bool HasSound, bool IsCover = false);
