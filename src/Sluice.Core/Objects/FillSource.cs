using Sluice.Core.Origins;

namespace Sluice.Core.Objects;

/// <summary>Where the missing bytes of an object can be fetched.</summary>
/// <param name="Origin">The origin.</param>
/// <param name="Request">The request as it would be made for the whole object; range and condition are added for each fetch.</param>
public sealed record FillSource(IOrigin Origin, OriginRequest Request)
{
    /// <summary>Whether bytes of an answer may be put to what is stored; by default those of any that is of its version.</summary>
    public Func<OriginResponse, bool> MayStore { get; init; } = static _ => true;
}
