namespace Sluice.Configuration;

/// <summary>Presigned URLs of the buckets.</summary>
internal sealed class PresignSection
{
    public int ExpiresInSeconds { get; set; } = 3600;

    public double RefreshThreshold { get; set; } = 0.1;

    public TimeSpan? RefreshBefore { get; set; }

    public double CacheBufferFactor { get; set; } = 0.9;

    public TimeSpan? MinimumRemaining { get; set; }

    public bool Stable { get; set; } = true;

    public double Share { get; set; } = 1;

    public TimeSpan? AdaptiveMaximum { get; set; }

    public int MaximumEntries { get; set; } = 1_000_000;

    public bool VerifyBeforeUse { get; set; }

    public bool Store { get; set; } = true;

    public string Records { get; set; } = ValueKinds.Off;

    public List<PresignRegionSection> Regions { get; } = [];
}
