namespace Sluice.Hosting;

/// <summary>Where a server is in its life.</summary>
internal enum ServerPhase
{
    /// <summary>The index is being opened.</summary>
    Starting,

    /// <summary>Serving.</summary>
    Ready,

    /// <summary>No new requests; those in flight finish.</summary>
    Draining,
}
