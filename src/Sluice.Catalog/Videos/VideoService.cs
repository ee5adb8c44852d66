using Sluice.Catalog.Jobs;
using Sluice.Catalog.Storage;

namespace Sluice.Catalog.Videos;

/// <summary>The catalog without a cache: what may be asked of a video, and what that does to its row and jobs (rows U088 to U094).</summary>
internal sealed class VideoService(ICatalogStore store, CatalogOptions options, TimeProvider time) : IVideos
{
    private const int LongestPage = 100;
    private const string Cancelled = "Cancelled.";

    /// <summary>When what is left of a deleted video is looked for once more: by then uploads to the bucket that were under way have ended, and workers know that they lost their job.</summary>
    private static readonly TimeSpan DeleteAgain = TimeSpan.FromDays(1);

    public async Task<Video> CreateAsync(NewVideo wanted, CancellationToken cancellation = default)
    {
        var (user, title, file) = VideoRules.Check(wanted);
        var (id, now) = (Guid.NewGuid(), CatalogTime.Now(time));
        var video = new Video
        {
            Id = id,
            UserId = user,
            Title = title,
            Status = VideoStatus.PendingUpload,
            OriginalKey = VideoKeys.Original(id, file),
            CreatedAt = now,
            UpdatedAt = now,
            Version = 1,
        };
        await store.AddAsync(video, cancellation);
        return video;
    }

    public async Task<Video> GetAsync(Guid id, CancellationToken cancellation = default) => await store.FindAsync(id, cancellation) ?? throw NotFound(id);

    public async Task<VideoPage> ListAsync(VideoQuery query, CancellationToken cancellation = default)
    {
        if (query.Limit is < 1 or > LongestPage) throw new VideoException(VideoFault.InvalidRequest, $"limit must be 1 to {LongestPage}.");
        var found = await store.ListAsync(query, cancellation);
        return found.Count <= query.Limit ? new(found, null) : new([.. found.Take(query.Limit)], VideoCursor.Write(found[query.Limit - 1]));
    }

    public Task<Video> ProcessAsync(Guid id, CancellationToken cancellation = default) => ChangeAsync(id, video => video.Status switch
    {
        VideoStatus.PendingUpload => Begin(video),
        VideoStatus.Processing => null,
        _ => throw new VideoException(VideoFault.VideoAlreadyCompleted, $"The video is {VideoStatusText.Write(video.Status)} already. POST /v1/videos/{id}/reprocess has it transcoded once more."),
    }, cancellation);

    public Task<Video> ReprocessAsync(Guid id, CancellationToken cancellation = default) => ChangeAsync(id, video => video.Status switch
    {
        VideoStatus.Ready or VideoStatus.Failed => Begin(video),
        VideoStatus.Processing => null,
        _ => throw new VideoException(VideoFault.VideoNotCompleted, $"The video was never processed. POST /v1/videos/{id}/process begins."),
    }, cancellation);

    public Task<Video> CancelAsync(Guid id, CancellationToken cancellation = default) => ChangeAsync(id, video => video.Status switch
    {
        VideoStatus.Processing => new(video with { Status = VideoStatus.Failed, HlsKey = null, Failure = Cancelled }) { CancelsJobs = true, Jobs = [new(JobKind.Tidy, options.KeepOldRenditions)] },
        // Whoever repeats a request whose answer was lost has what was asked for.
        VideoStatus.Failed when video.Failure == Cancelled => null,
        _ => throw new VideoException(video.Status == VideoStatus.PendingUpload ? VideoFault.VideoNotCompleted : VideoFault.VideoAlreadyCompleted, $"The video is not being transcoded: it is {VideoStatusText.Write(video.Status)}."),
    }, cancellation);

    public Task<Video> DeleteAsync(Guid id, CancellationToken cancellation = default) =>
        ChangeAsync(id, video => new(null)
        {
            CancelsJobs = true,
            // A worker that is storing hears within its lease that it lost the job, and what it stored meanwhile must not be there for a day.
            Jobs = video.Status == VideoStatus.Processing ? [new(JobKind.Delete), new(JobKind.Delete, options.Lease), new(JobKind.Delete, DeleteAgain)] : [new(JobKind.Delete), new(JobKind.Delete, DeleteAgain)],
        }, cancellation);

    private static VideoChange Begin(Video video) => new(video with { Status = VideoStatus.Processing, HlsKey = null, Failure = null }) { CancelsJobs = true, Jobs = [new(JobKind.Transcode)] };

    private static VideoException NotFound(Guid id) => new(VideoFault.VideoNotFound, $"There is no video {id}.");

    private async Task<Video> ChangeAsync(Guid id, Func<Video, VideoChange?> decide, CancellationToken cancellation) =>
        await store.ChangeAsync(id, decide, null, cancellation) ?? throw NotFound(id);
}
