namespace Sluice.Simulation;

/// <summary>What a cache of one size would have done.</summary>
/// <param name="Policy">Eviction policy.</param>
/// <param name="Capacity">Its size in bytes.</param>
/// <param name="Hits">Requests answered from it.</param>
/// <param name="HitBytes">Bytes sent from it.</param>
/// <param name="Requests">All requests.</param>
/// <param name="Sent">All bytes sent.</param>
internal sealed record SimulationResult(string Policy, long Capacity, long Hits, long HitBytes, long Requests, long Sent)
{
    /// <summary>Share of requests answered from it.</summary>
    public double HitRatio => Requests == 0 ? 0 : (double)Hits / Requests;

    /// <summary>Share of bytes sent from it.</summary>
    public double ByteRatio => Sent == 0 ? 0 : (double)HitBytes / Sent;
}
