using Sluice.Core.Objects;
using Sluice.Video.Planning;

namespace Sluice.Video.Variants;

/// <summary>A variant to be made.</summary>
/// <param name="Plan">What.</param>
/// <param name="Source">Of what.</param>
/// <param name="Version">The source's version in 16 characters.</param>
/// <param name="Recipe">What tells how it is made from other ways, in 8 characters.</param>
/// <param name="Links">How it names other variants.</param>
internal sealed record VariantJob(VideoPlan Plan, CachedObject Source, string Version, string Recipe, VariantLinks Links);
