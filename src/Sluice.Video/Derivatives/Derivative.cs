using Sluice.Video.Options;

namespace Sluice.Video.Derivatives;

/// <summary>Options under a name, asked for as <c>?derivative=name</c> (row VAR-09). What is null it leaves to the request. The same record holds what a request asks for.</summary>
public sealed record Derivative
{
    /// <summary>What is made; null for a video.</summary>
    public VideoMode? Mode { get; init; }

    /// <summary>Pixels, 10 to 2000.</summary>
    public int? Width { get; init; }

    /// <summary>Pixels, 10 to 2000.</summary>
    public int? Height { get; init; }

    /// <summary>How the picture fills the frame; null for contain.</summary>
    public VideoFit? Fit { get; init; }

    /// <summary>Lower case, without a dot; null for the mode's default.</summary>
    public string? Format { get; init; }

    /// <summary>Where to begin, or which picture; 0 to 600 s.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>The same as a share of the source's length or as the number of a picture; <see cref="Time"/> is null then.</summary>
    public VideoPlace? Place { get; init; }

    /// <summary>How much; 1 to 300 s.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The step of quality.</summary>
    public VideoLevel? Quality { get; init; }

    /// <summary>The step of compression.</summary>
    public VideoLevel? Compression { get; init; }

    /// <summary>Bits per second of the picture.</summary>
    public int? Bitrate { get; init; }

    /// <summary>False to leave the sound out.</summary>
    public bool? Audio { get; init; }

    /// <summary>Pictures per second.</summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>1 is the source's own.</summary>
    public double? Speed { get; init; }

    /// <summary>Degrees clockwise: 0, 90, 180, 270.</summary>
    public int? Rotate { get; init; }

    /// <summary>The part of the source's picture that is shown.</summary>
    public VideoCrop? Crop { get; init; }

    /// <summary>How a frame is touched up.</summary>
    public PictureTuning? Tuning { get; init; }

    /// <summary>A hint for players.</summary>
    public bool? Loop { get; init; }

    /// <summary>A hint for players.</summary>
    public bool? Autoplay { get; init; }

    /// <summary>A hint for players.</summary>
    public bool? Muted { get; init; }

    /// <summary>A hint for players.</summary>
    public VideoPreload? Preload { get; init; }

    /// <summary>Columns of a sprite sheet.</summary>
    public int? Columns { get; init; }

    /// <summary>Rows of a sprite sheet.</summary>
    public int? Rows { get; init; }

    /// <summary>Time between two pictures of a sprite sheet.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>File name in Content-Disposition; only requests have one.</summary>
    internal string? FileName { get; init; }

    /// <summary>Which segment; only requests have one.</summary>
    internal int? Segment { get; init; }
}
