using Sluice.Catalog.Storage;
using Sluice.Catalog.Videos;
using Sluice.Core.Storage;

namespace Sluice.Catalog.Jobs;

/// <summary>Deletes what no manifest leads to any more, or everything of a deleted video.</summary>
internal sealed class TidyJob(ICatalogStore store, IObjectStore objects)
{
    /// <summary>Works on a job to its end.</summary>
    /// <exception cref="IOException">The store failed; it may be tried again.</exception>
    public async Task RunAsync(Job job, CancellationToken cancellation)
    {
        var video = await store.FindAsync(job.VideoId, cancellation);
        if (video is null)
        {
            await DeleteAsync(VideoKeys.Originals(job.VideoId), null, cancellation);
            await DeleteAsync(VideoKeys.Hls(job.VideoId), null, cancellation);
            return;
        }
        // While another encode is being made its files belong to nothing yet; what follows it tidies up.
        if (video.Status == VideoStatus.Processing || job.Kind == JobKind.Delete) return;
        await DeleteAsync(VideoKeys.Hls(video.Id), video.Generation is null ? null : VideoKeys.Generation(video.Id, video.Generation), cancellation);
    }

    private async Task DeleteAsync(string prefix, string? kept, CancellationToken cancellation)
    {
        var keys = new List<string>();
        await foreach (var key in objects.ListAsync(prefix, cancellation)) keys.Add(key);
        foreach (var key in keys)
            if (kept is null || !(key.StartsWith(kept, StringComparison.Ordinal) || key == prefix + "master.m3u8")) await objects.DeleteAsync(key, cancellation);
    }
}
