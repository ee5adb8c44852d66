namespace Sluice.Video.Ffmpeg;

/// <summary>What is known of a source.</summary>
/// <param name="Length">How long it is.</param>
/// <param name="Rate">Its pictures per second; null where that was not asked, or it has none.</param>
internal readonly record struct SourceFact(TimeSpan Length, double? Rate);
