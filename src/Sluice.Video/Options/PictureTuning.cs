namespace Sluice.Video.Options;

/// <summary>How a picture out of a video is touched up (row U017). 0 leaves it as it is.</summary>
public readonly record struct PictureTuning
{
    /// <summary>0 to 10.</summary>
    public double Sharpen { get; init; }

    /// <summary>0 to 250.</summary>
    public double Blur { get; init; }

    /// <summary>-100 (black) to 100.</summary>
    public double Brightness { get; init; }

    /// <summary>-100 (grey) to 100.</summary>
    public double Contrast { get; init; }

    /// <summary>-100 (no colour) to 100.</summary>
    public double Saturation { get; init; }
}
