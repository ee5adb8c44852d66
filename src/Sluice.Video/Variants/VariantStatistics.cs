namespace Sluice.Video.Variants;

/// <summary>What making variants came to. Counts are since start.</summary>
public sealed record VariantStatistics
{
    /// <summary>Being made now.</summary>
    public int Running { get; init; }

    /// <summary>Waiting for their turn.</summary>
    public int Waiting { get; init; }

    /// <summary>Runs of ffmpeg that made what was wanted.</summary>
    public long Made { get; init; }

    /// <summary>Runs that failed.</summary>
    public long Failed { get; init; }

    /// <summary>Requests answered 503 because too many were waiting.</summary>
    public long Refused { get; init; }

    /// <summary>Runs given up because nobody waited any more.</summary>
    public long Abandoned { get; init; }

    /// <summary>The version of ffmpeg; null where there is none that will do.</summary>
    public string? Ffmpeg { get; init; }
}
