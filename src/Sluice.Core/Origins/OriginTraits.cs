namespace Sluice.Core.Origins;

/// <summary>What the cache may expect of an origin before it has asked.</summary>
[Flags]
public enum OriginTraits
{
    /// <summary>Nothing is known: the request goes through as the client made it.</summary>
    None = 0,

    /// <summary>It answers byte ranges with 206 and a strong validator, so a range may be widened to whole chunks.</summary>
    Ranges = 1,

    /// <summary>Its answers carry no cache policy of their own: the route's lifetimes by kind and status apply.</summary>
    PolicyFromRoute = 2,

    /// <summary>It takes GET and HEAD only (a folder, a bucket); another method is answered 405 at the edge.</summary>
    ReadOnly = 4,

    /// <summary>Its bytes are made anew for each answer (a transform): what is missing of a stored one cannot be had, so a stored one counts only when it is whole or arriving.</summary>
    MadeAnew = 8,
}
