namespace Sluice.Video.Debug;

/// <summary>What one tier, or the flight, said.</summary>
/// <param name="Name">memory, disk, flight, ffmpeg …</param>
/// <param name="Answer">hit, miss, bypass, stale …</param>
/// <param name="Detail">More, in a few words.</param>
public sealed record DebugTier(string Name, string Answer, string Detail = "");
