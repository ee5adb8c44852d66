namespace Sluice.Edge.Freshness;

/// <summary>How a stored object may answer a request.</summary>
internal enum Reuse
{
    /// <summary>As it is.</summary>
    Fresh,

    /// <summary>As it is, while it is refreshed behind the answer (RFC 5861 section 3).</summary>
    StaleWhileRevalidate,

    /// <summary>As it is though stale: the request said so (max-stale).</summary>
    StaleAllowed,

    /// <summary>Only after the origin confirmed it.</summary>
    Revalidate,
}
