namespace Sluice.Catalog.Hls;

/// <summary>A rendition that is encoded, as its master manifest describes it (decision D24: measured, not assumed).</summary>
internal sealed record EncodedRendition
{
    /// <summary>Its folder.</summary>
    public required string Name { get; init; }

    /// <summary>In pixels; 0 for sound alone.</summary>
    public int Width { get; init; }

    /// <summary>In pixels; 0 for sound alone.</summary>
    public int Height { get; init; }

    /// <summary>Value of CODECS (RFC 6381).</summary>
    public required string Codecs { get; init; }

    /// <summary>Largest bit rate of its segments, in bits a second.</summary>
    public required long Bandwidth { get; init; }

    /// <summary>Mean bit rate, in bits a second.</summary>
    public required long AverageBandwidth { get; init; }

    /// <summary>Frames a second; 0 for sound alone.</summary>
    public double FrameRate { get; init; }

    /// <summary>Length, in seconds.</summary>
    public required double Duration { get; init; }
}
