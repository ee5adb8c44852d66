using Sluice.Core.Processes;

namespace Sluice.Catalog.Hls;

/// <summary>What is known of an upload before it is encoded.</summary>
/// <param name="VideoStream">Index of its picture.</param>
/// <param name="AudioStream">Index of its sound; null for none.</param>
/// <param name="DisplayWidth">Width as shown, after rotation and with square pixels.</param>
/// <param name="Height">Height as shown.</param>
/// <param name="Duration">Length in seconds; 0 when the file does not tell.</param>
internal sealed record SourceInfo(int VideoStream, int? AudioStream, double DisplayWidth, int Height, double Duration)
{
    /// <summary>When its last picture ends, in seconds from the file's beginning; 0 when the file does not tell.</summary>
    public double PictureEnd { get; init; }

    /// <summary>How long its last picture has to stay beyond its own moment, in seconds: a song with a cover for a picture has one frame.</summary>
    public double StillEnd { get; init; }

    /// <summary>When the file begins by its own clock, in seconds.</summary>
    public double Begin { get; init; }

    /// <summary>True when its sound has shown nothing where the file begins: it begins later, or nothing comes of it.</summary>
    public bool IsSoundInDoubt { get; init; }

    /// <summary>True when it is of a kind whose clock may jump within a file.</summary>
    public bool MayJump { get; init; }

    /// <summary>For how long ffmpeg shows its last picture, in seconds; 0 when the file does not tell.</summary>
    public double Frame { get; init; }

    /// <summary>How its picture has its colours, as far as ffmpeg can do something about it.</summary>
    public Colours Colours { get; init; }
}
