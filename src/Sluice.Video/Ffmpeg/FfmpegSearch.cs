namespace Sluice.Video.Ffmpeg;

/// <summary>What a look for ffmpeg came to.</summary>
/// <param name="Tools">What was found; null where variants cannot be made.</param>
/// <param name="Reason">Why not; empty where they can.</param>
/// <param name="IsLate">True when it is there and did not answer in time, which says nothing of the next time.</param>
public sealed record FfmpegSearch(FfmpegTools? Tools, string Reason, bool IsLate = false);
