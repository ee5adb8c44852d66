using Microsoft.Extensions.Logging;
using Sluice.Catalog.Events;
using Sluice.Catalog.Hls;
using Sluice.Catalog.Storage;
using Sluice.Catalog.Videos;
using Sluice.Core.Storage;

namespace Sluice.Catalog.Jobs;

/// <summary>Transcodes one video (row U102).</summary>
internal sealed class TranscodeJob(ICatalogStore store, Transcoder transcoder, VideoOutcomes outcomes, OwnPublications publications, CatalogOptions options, ILogger<TranscodeJob> logger)
{
    /// <summary>Works on a job to its end.</summary>
    /// <returns>False when the job turned out to be somebody else's.</returns>
    /// <exception cref="StoreAwayException">It failed while the store did not answer.</exception>
    /// <exception cref="ToolAwayException">It failed since ffmpeg cannot be run.</exception>
    /// <exception cref="IOException">It failed, and may be tried again.</exception>
    public async Task<bool> RunAsync(Job job, JobProgress progress, TimeProvider time, CancellationToken cancellation)
    {
        if (await store.FindAsync(job.VideoId, cancellation) is not { Status: VideoStatus.Processing } video) return false;
        if (job.Attempt > options.Attempts) return await FailAsync(job, progress, $"Transcoding was begun {options.Attempts} times, and the worker died each time.", cancellation);

        try
        {
            using var scratch = new ScratchFolder(options.Scratch, $"{job.Id}-{job.Attempt}-{Guid.NewGuid():N}");
            var generation = Guid.NewGuid().ToString("N")[..10];
            var (manifest, duration) = await transcoder.RunAsync(video, generation, scratch.Path, progress, cancellation);
            progress.Set("publishing", 0.99);
            // The last look before viewers see it: two workers must not both publish.
            if (!await IsMineAsync(job, time, cancellation)) return false;
            await transcoder.PublishAsync(video.Id, manifest, scratch.Path, cancellation);
            progress.IsOver = true;
            // Before it is READY: whoever learns of it then finds no older manifest here.
            if (!await MarkReadyAsync(job, generation, duration, cancellation)) return false;
            logger.LogInformation("Video {Video} is READY ({Duration:0.0} s)", video.Id, duration);
            return true;
        }
        catch (UnusableSourceException e)
        {
            return await FailAsync(job, progress, e.Message, cancellation);
        }
        catch (Exception e) when (e is not ToolAwayException && (e is not OperationCanceledException || !cancellation.IsCancellationRequested))
        {
            // That says nothing of the video: it would be FAILED after seconds, and all that wait behind it.
            if (await transcoder.IsStoreAwayAsync(video.Id, cancellation)) throw new StoreAwayException(e.Message, e);
            // A store that is there and does not take this one thing, as where its disk is full: without counting, it would be transcoded again and again.
            if (job.Attempt < options.Attempts && e is StoreAwayException) throw new IOException(e.Message, e);
            if (job.Attempt < options.Attempts) throw;
            return await FailAsync(job, progress, e.Message, cancellation);
        }
    }

    // While the database is away nobody else can have the job either, and what is made here may be the work of hours. The heartbeat says so in the log.
    private async Task<bool> IsMineAsync(Job job, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await store.ReportAsync(job, "publishing", 0.99, options.Lease, cancellation);
            }
            catch (IOException)
            {
                await Task.Delay(options.Poll, time, cancellation);
            }
        }
    }

    private async Task<bool> MarkReadyAsync(Job job, string generation, double duration, CancellationToken cancellation)
    {
        await publications.AnnounceAsync(job.VideoId, cancellation);
        var isReady = false;
        try
        {
            return isReady = await outcomes.MarkReadyAsync(job, generation, duration, cancellation);
        }
        finally
        {
            if (!isReady) publications.Withdraw(job.VideoId);
        }
    }

    private async Task<bool> FailAsync(Job job, JobProgress progress, string reason, CancellationToken cancellation)
    {
        progress.IsOver = true;
        logger.LogWarning("Video {Video} is FAILED: {Reason}", job.VideoId, reason);
        return await outcomes.MarkFailedAsync(job, FailureText.WithoutFolders(reason), cancellation);
    }
}
