using Sluice.Catalog.Caching;
using Sluice.Catalog.Jobs;
using Sluice.Catalog.Storage;

namespace Sluice.Catalog.Videos;

/// <summary>What becomes of a video when its transcoding ends (rows HLS-02, HLS-03). Once the row is changed its copies in the cache are void (rows CAT-12, CAT-13).</summary>
internal sealed class VideoOutcomes(ICatalogStore store, CachedVideoService cache, CatalogOptions options)
{
    /// <summary>The new renditions are in place; false when the job is not this worker's any more, and nothing was changed.</summary>
    public Task<bool> MarkReadyAsync(Job job, string generation, double duration, CancellationToken cancellation) => ChangeAsync(job, video => new(video with
    {
        Status = VideoStatus.Ready,
        HlsKey = VideoKeys.Master(video.Id),
        Generation = generation,
        Duration = duration,
        Failure = null,
    })
    {
        // Those who watch the renditions of before may see them to their end.
        Jobs = [new(JobKind.Tidy, video.Generation is null ? TimeSpan.Zero : options.KeepOldRenditions)],
    }, cancellation);

    /// <summary>It cannot be transcoded.</summary>
    public Task<bool> MarkFailedAsync(Job job, string reason, CancellationToken cancellation) => ChangeAsync(job,
        video => new(video with { Status = VideoStatus.Failed, HlsKey = null, Failure = reason }) { Jobs = [new(JobKind.Tidy, options.KeepOldRenditions)] }, cancellation);

    private async Task<bool> ChangeAsync(Job job, Func<Video, VideoChange?> decide, CancellationToken cancellation)
    {
        if (await store.ChangeAsync(job.VideoId, decide, job, cancellation) is null) return false;
        // The change is made: that its job is not this worker's any more by now does not undo the rest of it.
        await cache.InvalidateAsync(job.VideoId, CancellationToken.None);
        return true;
    }
}
