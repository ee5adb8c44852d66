namespace Sluice.Core.Variants;

/// <summary>What a transform's origin is asked for.</summary>
/// <param name="Plan">The variant.</param>
/// <param name="OpenSource">Opens its source through the cache.</param>
public sealed record TransformTask(TransformPlan Plan, Func<CancellationToken, Task<SourceObject>> OpenSource);
