namespace Sluice.Catalog.Hls;

/// <summary>ffmpeg or ffprobe ended without success; the message has its last words.</summary>
internal sealed class ToolFailedException(string message) : IOException(message);
