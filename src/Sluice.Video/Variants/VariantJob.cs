using Sluice.Core.Objects;
using Sluice.Video.Planning;

namespace Sluice.Video.Variants;

/// <summary>A variant to be made.</summary>
/// <param name="Plan">What.</param>
/// <param name="Source">Of what.</param>
/// <param name="Version">The source's version in 16 characters.</param>
/// <param name="Sign">Signs a path and query where the route wants that; answers the query.</param>
internal sealed record VariantJob(VideoPlan Plan, CachedObject Source, string Version, Func<string, string, string> Sign);
