using Sluice.Core.Origins;

namespace Sluice.Core.Variants;

/// <summary>Makes variants of a route's objects: it decides which requests want one, and its origin makes it.</summary>
public interface ITransform
{
    /// <summary>Makes the variants. Its requests carry <see cref="OriginRequest.Variant"/>.</summary>
    IOrigin Origin { get; }

    /// <summary>What a GET or HEAD with a query wants; null when that is the object itself. Fast: asks nobody.</summary>
    TransformDecision? Decide(TransformQuery query);
}
