namespace Sluice.Monitoring.Summary;

/// <summary>One size with one policy.</summary>
/// <param name="Policy">s3fifo or lru.</param>
/// <param name="Factor">Its size as a multiple of this cache's; 1 is this one.</param>
/// <param name="Capacity">Its size in bytes.</param>
/// <param name="HitPercent">Share of requests it would have answered.</param>
/// <param name="BytePercent">Share of bytes.</param>
/// <param name="Money">What that would have saved in the period.</param>
public sealed record WhatIfRow(string Policy, double Factor, double Capacity, double? HitPercent, double? BytePercent, double Money)
{
    /// <summary>Its size, as shown.</summary>
    public string CapacityText { get; init; } = "";

    /// <summary>Share of requests, as shown.</summary>
    public string HitText { get; init; } = "";

    /// <summary>Share of bytes, as shown.</summary>
    public string ByteText { get; init; } = "";

    /// <summary>What it would have saved, as shown.</summary>
    public string MoneyText { get; init; } = "";

    /// <summary>How much more or less than this size with the same policy, as shown; empty for this size.</summary>
    public string DifferenceText { get; init; } = "";
}
