namespace Sluice.Catalog.Videos;

/// <summary>The catalog refuses a request; the message says why, for whoever sent it.</summary>
public sealed class VideoException(VideoFault fault, string message) : Exception(message)
{
    /// <summary>What is wrong.</summary>
    public VideoFault Fault { get; } = fault;
}
