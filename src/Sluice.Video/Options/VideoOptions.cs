namespace Sluice.Video.Options;

/// <summary>
/// One variant, fully decided: what was asked, with the derivative, responsive choice, defaults and bounds applied. What ffmpeg is told and
/// what the key says follow from this alone. A value that is null was not asked for and stays as in the source.
/// </summary>
public sealed record VideoOptions
{
    /// <summary>What is made.</summary>
    public VideoMode Mode { get; init; }

    /// <summary>The derivative (preset) that gave the values, lower case; null when they were asked one by one. It names the variant in key and tags (row U023).</summary>
    public string? Derivative { get; init; }

    /// <summary>Pixels, 10 to 2000, even.</summary>
    public int? Width { get; init; }

    /// <summary>Pixels, 10 to 2000, even.</summary>
    public int? Height { get; init; }

    /// <summary>How the picture fills width and height.</summary>
    public VideoFit Fit { get; init; }

    /// <summary>Lower case, without a dot: mp4 or webm; jpg, png, webp or avif; jpg or vtt; m4a; m3u8, and ts for a segment. Never null: the mode has a default.</summary>
    public required string Format { get; init; }

    /// <summary>Where in the source to begin, or which picture; 0 to 600 s.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>The same, where it takes the source to tell the time; <see cref="Time"/> is null then.</summary>
    public VideoPlace? Place { get; init; }

    /// <summary>How much of the source; 1 to 300 s; null for all that is left.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The step of quality, or null for the default.</summary>
    public VideoLevel? Quality { get; init; }

    /// <summary>The step of compression, or null for the default.</summary>
    public VideoLevel? Compression { get; init; }

    /// <summary>Bits per second of the picture, or null to go by <see cref="Quality"/>.</summary>
    public int? Bitrate { get; init; }

    /// <summary>False to leave the sound out.</summary>
    public bool Audio { get; init; } = true;

    /// <summary>Pictures per second, or null as in the source.</summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>1 is the source's own speed.</summary>
    public double? Speed { get; init; }

    /// <summary>Degrees clockwise: 0, 90, 180, 270.</summary>
    public int? Rotate { get; init; }

    /// <summary>The part of the picture that is shown; null for all of it.</summary>
    public VideoCrop? Crop { get; init; }

    /// <summary>How a frame is touched up; null for not at all.</summary>
    public PictureTuning? Tuning { get; init; }

    /// <summary>A hint for players (row U013): does not change the bytes.</summary>
    public bool Loop { get; init; }

    /// <summary>A hint for players (row U013).</summary>
    public bool Autoplay { get; init; }

    /// <summary>A hint for players: begin silent (row U013). Unlike <see cref="Audio"/> it leaves the sound in.</summary>
    public bool Muted { get; init; }

    /// <summary>A hint for players (row U014); null for none.</summary>
    public VideoPreload? Preload { get; init; }

    /// <summary>A sprite sheet's columns; null to choose by duration and size (row U018).</summary>
    public int? Columns { get; init; }

    /// <summary>A sprite sheet's rows; null to choose.</summary>
    public int? Rows { get; init; }

    /// <summary>The time between two pictures of a sprite sheet; null to spread them over the length.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Which segment of <see cref="VideoMode.Hls"/>, from 0; null for a playlist.</summary>
    public int? Segment { get; init; }

    /// <summary>True for the playlist that names those of all sizes.</summary>
    internal bool IsMaster => this is { Mode: VideoMode.Hls, Segment: null, Width: null, Bitrate: null };

    /// <summary>The file name in Content-Disposition, already held to [a-z0-9-_] (row U015).</summary>
    public string? FileName { get; init; }
}
