namespace Sluice.HitRate;

/// <summary>A sequence of requests for objects of given sizes.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Requests">Object numbers in the order asked for.</param>
/// <param name="Sizes">Size in bytes by object number.</param>
internal sealed record Trace(string Name, int[] Requests, long[] Sizes)
{
    /// <summary>Bytes of all distinct objects asked for: a cache of this size would miss each only once.</summary>
    public long Footprint { get; } = Requests.Distinct().Sum(o => Sizes[o]);

    public long RequestedBytes { get; } = Requests.Sum(o => Sizes[o]);
}
