namespace Sluice.Catalog.Hls;

/// <summary>ffmpeg or ffprobe is there and cannot be run, as while its package is upgraded: that says nothing of any video.</summary>
internal sealed class ToolAwayException(string message) : IOException(message);
