using Sluice.Catalog.Events;
using Sluice.Catalog.Jobs;
using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Storage;

/// <summary>The catalog's rows. Every change of a video, the job it asks for and the event that tells of it are one transaction: a crash leaves all of them or none (decision D22).</summary>
internal interface ICatalogStore : IAsyncDisposable
{
    /// <summary>Adds a video. Nothing happens when one of that id is there.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task AddAsync(Video video, CancellationToken cancellation = default);

    /// <summary>A video; null when there is none.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task<Video?> FindAsync(Guid id, CancellationToken cancellation = default);

    /// <summary>Videos, newest first: one more than the limit where there are more.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task<IReadOnlyList<Video>> ListAsync(VideoQuery query, CancellationToken cancellation = default);

    /// <summary>Whether there is a video of which a file was uploaded: one that is READY, or is being transcoded.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task<bool> HasFilesAsync(CancellationToken cancellation = default);

    /// <summary>Changes a video as <paramref name="decide"/> says, which sees the row as it is and holds it until the change is in place.</summary>
    /// <returns>The row after the change; the row as it was when there is nothing to change; null when there is no such video, or the job was lost.</returns>
    /// <exception cref="IOException">The database failed.</exception>
    Task<Video?> ChangeAsync(Guid id, Func<Video, VideoChange?> decide, Job? ending = null, CancellationToken cancellation = default);

    /// <summary>Takes the job that is due longest, and leases it; null when none is due. Without <paramref name="transcodes"/> videos are left, in their order, to others.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task<Job?> ClaimAsync(string owner, TimeSpan lease, bool transcodes = true, CancellationToken cancellation = default);

    /// <summary>Keeps a lease, and tells how the job goes; false when the job is somebody else's by now, or was cancelled.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task<bool> ReportAsync(Job job, string stage, double progress, TimeSpan lease, CancellationToken cancellation = default);

    /// <summary>Ends a job, or has it begun again after <paramref name="pause"/>. Nothing happens when it is somebody else's by now.
    /// The end of a deleted video's files is an event once more: edges may have fetched some of them since the row went.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task EndAsync(Job job, string? error, TimeSpan? pause, CancellationToken cancellation = default);

    /// <summary>Gives a job back as if it had not been begun: it is the next one again. Until it is over, <paramref name="error"/> tells why.</summary>
    /// <exception cref="IOException">The database failed; the lease runs out by itself.</exception>
    Task ReleaseAsync(Job job, string? error = null, CancellationToken cancellation = default);

    /// <summary>How the newest transcoding of a video goes; null when there was none.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task<JobReport?> FindJobAsync(Guid video, CancellationToken cancellation = default);

    /// <summary>Events after a number, in order, up to 500.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task<IReadOnlyList<CatalogEvent>> ReadEventsAsync(long after, CancellationToken cancellation = default);

    /// <summary>The number of the newest event; 0 when there is none.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task<long> LastEventAsync(CancellationToken cancellation = default);

    /// <summary>Forgets events and ended jobs that are older than <paramref name="age"/>.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task PruneAsync(TimeSpan age, CancellationToken cancellation = default);

    /// <summary>A value that every process of the catalog shares; the first to ask decides it.</summary>
    /// <exception cref="IOException">The database failed.</exception>
    Task<string> ShareAsync(string name, string value, CancellationToken cancellation = default);
}
