namespace Sluice.Monitoring.Summary;

/// <summary>What a cache of another size or policy would have done with the period's requests, from a sample of the objects. Freshness is not simulated.</summary>
/// <param name="Requests">Requests that were played through it.</param>
/// <param name="Share">Share of the objects that are watched, in percent.</param>
/// <param name="Rows">Sizes and policies, the smallest first.</param>
public sealed record WhatIf(double Requests, double Share, IReadOnlyList<WhatIfRow> Rows)
{
    /// <summary>The policy in use: of the rows of this size, the one that is now.</summary>
    public string Policy { get; init; } = "s3fifo";
}
