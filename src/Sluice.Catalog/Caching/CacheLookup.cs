using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Caching;

/// <summary>What a look-up in the cache came to.</summary>
/// <param name="Video">The copy; null for a miss.</param>
/// <param name="Fence">The fence in force when it was looked up: what is stored under another one is void.</param>
/// <param name="IsReachable">Whether the cache answered.</param>
/// <param name="At">When, as a timestamp of the clock.</param>
internal readonly record struct CacheLookup(Video? Video, string Fence, bool IsReachable, long At);
