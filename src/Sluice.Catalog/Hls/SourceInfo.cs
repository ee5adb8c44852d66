namespace Sluice.Catalog.Hls;

/// <summary>What is known of an upload before it is encoded.</summary>
/// <param name="VideoStream">Index of its picture.</param>
/// <param name="AudioStream">Index of its sound; null for none.</param>
/// <param name="DisplayWidth">Width as shown, after rotation and with square pixels.</param>
/// <param name="Height">Height as shown.</param>
/// <param name="Duration">Length in seconds; 0 when the file does not tell.</param>
/// <param name="PictureEnd">When its last picture ends, in seconds from the file's beginning; 0 when the file does not tell.</param>
/// <param name="StillEnd">How long its sound goes on after its last picture, in seconds: a song with a cover for a picture has one frame.</param>
internal sealed record SourceInfo(int VideoStream, int? AudioStream, double DisplayWidth, int Height, double Duration, double PictureEnd = 0, double StillEnd = 0);
