namespace Sluice.Api;

/// <summary>Body of POST /v1/playback.</summary>
internal sealed record PlaybackBody
{
    /// <summary>Path of a manifest or file on the edge, percent-encoded.</summary>
    public string? Path { get; set; }
}
