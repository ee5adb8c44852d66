namespace Sluice.Video.Options;

/// <summary>What a request makes of the source (row U002).</summary>
public enum VideoMode
{
    /// <summary>A video: resized, cut, or in another format. The default.</summary>
    Video,

    /// <summary>One picture.</summary>
    Frame,

    /// <summary>A grid of pictures over the whole length, or its WebVTT index.</summary>
    SpriteSheet,

    /// <summary>The sound alone.</summary>
    Audio,

    /// <summary>HLS without waiting for an encoder: a playlist whose segments are made as they are asked for (RFC 8216).</summary>
    Hls,
}
