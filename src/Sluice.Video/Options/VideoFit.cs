namespace Sluice.Video.Options;

/// <summary>How a picture of one shape fills a frame of another (row U004).</summary>
public enum VideoFit
{
    /// <summary>As large as fits, shape kept; the result may be narrower or lower than asked. The default.</summary>
    Contain,

    /// <summary>Fills the frame, shape kept, what stands over is cut off.</summary>
    Cover,

    /// <summary>Like <see cref="Contain"/>, but never enlarged.</summary>
    ScaleDown,

    /// <summary>Like <see cref="Contain"/>, with bars to the exact size asked.</summary>
    Pad,
}
