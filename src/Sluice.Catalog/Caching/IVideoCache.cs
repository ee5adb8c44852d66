using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Caching;

/// <summary>Copies of rows (row CAT-07). A cache that cannot be reached is a miss, never an error (row CAT-08).</summary>
internal interface IVideoCache
{
    /// <summary>Looks a row up.</summary>
    ValueTask<CacheLookup> GetAsync(Guid id, CancellationToken cancellation = default);

    /// <summary>Keeps a row that was read after <paramref name="lookup"/>: when the video was invalidated since, the copy is void from the start (decision D21).</summary>
    ValueTask SetAsync(Video video, TimeSpan timeToLive, CacheLookup lookup, CancellationToken cancellation = default);

    /// <summary>Voids the copies of a row, after its change was committed. Once this has ended, no look-up finds an older row.</summary>
    /// <returns>False when the cache could not be reached; copies then live until their time is up.</returns>
    ValueTask<bool> InvalidateAsync(Guid id, CancellationToken cancellation = default);
}
