using Sluice.Core.Objects;

namespace Sluice.Core.Variants;

/// <summary>What a request comes to: a variant, or an answer at once.</summary>
/// <param name="Plan">The variant; null where there is to be none.</param>
public sealed record TransformDecision(TransformPlan? Plan)
{
    /// <summary>True for the object itself, by its path without the query (row VAR-11).</summary>
    public bool IsOriginal { get; init; }

    /// <summary>The status of the answer where there is no plan: 400, 403.</summary>
    public int Status { get; init; }

    /// <summary>Its fields.</summary>
    public HeaderList Headers { get; init; } = new();

    /// <summary>Its body.</summary>
    public byte[] Body { get; init; } = [];
}
