namespace Sluice.Video.Variants;

/// <summary>What making variants came to. Counts are since start.</summary>
/// <param name="Running">Being made now.</param>
/// <param name="Waiting">Waiting for their turn.</param>
/// <param name="Made">Made to the end.</param>
/// <param name="Failed">That could not be made.</param>
/// <param name="Refused">Answered 503 because too many were waiting.</param>
/// <param name="Abandoned">Given up because nobody waited any more.</param>
/// <param name="Ffmpeg">The version of ffmpeg; null where there is none that will do.</param>
public sealed record VariantStatistics(int Running, int Waiting, long Made, long Failed, long Refused, long Abandoned, string? Ffmpeg);
