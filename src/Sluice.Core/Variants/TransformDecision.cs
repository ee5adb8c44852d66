using Sluice.Core.Objects;

namespace Sluice.Core.Variants;

/// <summary>What a request comes to: a variant, or an answer at once.</summary>
/// <param name="Plan">The variant; null where there is to be none.</param>
public sealed record TransformDecision(TransformPlan? Plan)
{
    /// <summary>For the object itself: under which name, mostly its path without the query (row VAR-11). Null for anything else.</summary>
    public string? Original { get; init; }

    /// <summary>For the object itself: true to fetch it though it is stored (row DBG-01).</summary>
    public bool SkipsCache { get; init; }

    /// <summary>For the object itself: request fields that had a say in that it is it.</summary>
    public IReadOnlyList<string> Vary { get; init; } = [];

    /// <summary>The status of the answer where there is no plan: 400, 403.</summary>
    public int Status { get; init; }

    /// <summary>Its fields; for the object itself those beside its own.</summary>
    public HeaderList Headers { get; init; } = new();

    /// <summary>Its body.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Why there is no variant, in a sentence; null where none was asked for.</summary>
    public string? Reason { get; init; }
}
