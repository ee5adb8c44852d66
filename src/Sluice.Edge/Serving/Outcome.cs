namespace Sluice.Edge.Serving;

/// <summary>How a request was answered. A closed set: header, log, metric and dashboard use the same word.</summary>
public enum Outcome
{
    /// <summary>From the cache, fresh, without the origin.</summary>
    Hit,

    /// <summary>From the origin, wholly or in part.</summary>
    Miss,

    /// <summary>From the cache, beyond its lifetime: while it is refreshed, or because the origin fails.</summary>
    Stale,

    /// <summary>From the cache after the origin confirmed it.</summary>
    Revalidated,

    /// <summary>From a fetch that another request had started.</summary>
    Coalesced,

    /// <summary>Past the cache: a method or request it is not for.</summary>
    Bypass,

    /// <summary>Not answered from any origin: malformed, not allowed, or the origin failed.</summary>
    Refused,
}
