namespace Sluice.Catalog.Videos;

/// <summary>The catalog: what the cache in front of it and the plain service have in common (row CAT-02). What changes a video answers the row after the change.</summary>
public interface IVideos
{
    /// <summary>Makes a video that waits for its upload.</summary>
    /// <exception cref="VideoException">Something about it is not valid.</exception>
    Task<Video> CreateAsync(NewVideo wanted, CancellationToken cancellation = default);

    /// <summary>A video; with its playback address when it is READY.</summary>
    /// <exception cref="VideoException">There is none of that id.</exception>
    Task<Video> GetAsync(Guid id, CancellationToken cancellation = default);

    /// <summary>Videos, newest first.</summary>
    Task<VideoPage> ListAsync(VideoQuery query, CancellationToken cancellation = default);

    /// <summary>Has an uploaded video transcoded (row HLS-01). Nothing happens when that is under way (row U089).</summary>
    /// <exception cref="VideoException">There is no such video, or it is READY or FAILED.</exception>
    Task<Video> ProcessAsync(Guid id, CancellationToken cancellation = default);

    /// <summary>Has a READY or FAILED video transcoded once more (decision D23). Nothing happens when that is under way.</summary>
    /// <exception cref="VideoException">There is no such video, or nothing was ever processed of it.</exception>
    Task<Video> ReprocessAsync(Guid id, CancellationToken cancellation = default);

    /// <summary>Gives up transcoding: the video becomes FAILED. Nothing happens when that was done already.</summary>
    /// <exception cref="VideoException">There is no such video, or it is not being transcoded.</exception>
    Task<Video> CancelAsync(Guid id, CancellationToken cancellation = default);

    /// <summary>Deletes a video: its row at once, its files soon.</summary>
    /// <exception cref="VideoException">There is no such video.</exception>
    Task<Video> DeleteAsync(Guid id, CancellationToken cancellation = default);
}
