using Sluice.Core.Objects;

namespace Sluice.Edge.Freshness;

/// <summary>Whether an answer is stored, and as what.</summary>
/// <param name="Metadata">What to store; null when it is not to be stored.</param>
/// <param name="Reason">Why it is not stored, in one word or two; empty when it is.</param>
internal readonly record struct StoreDecision(ObjectMetadata? Metadata, string Reason)
{
    public static StoreDecision Refuse(string reason) => new(null, reason);
}
