using Microsoft.Extensions.Logging;
using Sluice.Catalog.Hls;
using Sluice.Catalog.Storage;
using Sluice.Core.Storage;

namespace Sluice.Catalog.Jobs;

/// <summary>Takes jobs as they come due and works on them, a few at a time.</summary>
internal sealed class CatalogWorker(ICatalogStore store, TranscodeJob transcode, TidyJob tidy, CatalogOptions options, CatalogMeter meter, JobRhythm rhythm)
{
    /// <summary>Free space, in bytes, below which no video is begun: the worker would fail one after the other, and use up the attempts of those that others could do.</summary>
    private const long LeastRoom = 100L << 20;

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Works until stopped. A job that is interrupted by that is begun again by the next worker, and the attempt does not count. One loop more than there are workers takes no video:
    /// what is deleted plays on until its files are, and must not wait for hours behind what is transcoded.
    /// </summary>
    public Task RunAsync(CancellationToken stop) => options.Workers == 0 ? Task.CompletedTask : Task.WhenAll(Enumerable.Range(0, options.Workers + 1).Select(number => LoopAsync(number > 0, stop)));

    private async Task LoopAsync(bool transcodes, CancellationToken stop)
    {
        var owner = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";
        long? lacked = null;
        string? told = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (transcodes && (lacked is not { } at || rhythm.Time.GetElapsedTime(at) >= LookAgain))
                {
                    var lack = Lack();
                    if (lack is not null && lacked is null) rhythm.Logger.LogWarning("No video is transcoded here until {Lack}", lack);
                    lacked = lack is null ? null : rhythm.Time.GetTimestamp();
                }
                // Deletions are done all the same: they may be what makes room.
                if (await store.ClaimAsync(owner, options.Lease, transcodes && lacked is null, stop) is { } job) await WorkAsync(job, stop);
                else await rhythm.PauseAsync(options.Poll, stop);
                told = null;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StoreAwayException e)
            {
                Complain("No video is transcoded here until the store answers", e);
                await rhythm.RestAsync(LookAgain, stop);
            }
            catch (ToolAwayException e)
            {
                Complain("No video is transcoded here until ffmpeg can be run", e);
                await rhythm.RestAsync(LookAgain, stop);
            }
            catch (Exception e)
            {
                Complain("Jobs cannot be taken or ended", e);
                await rhythm.RestAsync(options.RetryPause, stop);
            }
        }

        // Once, and not every few seconds for as long as a database or a bucket is away.
        void Complain(string what, Exception why)
        {
            if (told != what + why.Message) rhythm.Logger.LogWarning("{What}: {Reason}", what, why.Message);
            told = what + why.Message;
        }
    }

    // What others may have. Where the database is a file there are none, and the video's reason says what to do.
    private string? Lack() =>
        ScratchFolder.Room(options.Scratch) is < LeastRoom and var room ? $"{options.Directory} has {LeastRoom >> 20} MB free; it has {room >> 20}"
        : options.Database is not null && FfmpegTools.Missing is { } tool ? $"this is started with {tool} on the PATH (ffmpeg 5.1 or later)"
        : null;

    private async Task WorkAsync(Job job, CancellationToken stop)
    {
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var done = new CancellationTokenSource();
        var progress = new JobProgress();
        var beating = new JobHeartbeat(store, options.Lease, rhythm.Time, rhythm.Logger).RunAsync(job, progress, work, done.Token);
        var kind = job.Kind.ToString().ToLowerInvariant();
        try
        {
            if (job.Kind == JobKind.Transcode)
            {
                if (!await transcode.RunAsync(job, progress, rhythm.Time, work.Token))
                {
                    // The video is not waiting for it any more; where somebody else holds the job this changes nothing.
                    await store.EndAsync(job, null, null, CancellationToken.None);
                    meter.Job(kind, "lost");
                    return;
                }
            }
            else
            {
                await tidy.RunAsync(job, work.Token);
                await store.EndAsync(job, null, null, CancellationToken.None);
            }
            meter.Job(kind, "done");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await store.ReleaseAsync(job, cancellation: CancellationToken.None);
        }
        catch (OperationCanceledException) when (work.IsCancellationRequested)
        {
            meter.Job(kind, "lost");
        }
        catch (Exception e) when (job.Kind == JobKind.Transcode && e is StoreAwayException or ToolAwayException)
        {
            await store.ReleaseAsync(job, FailureText.WithoutFolders(e.Message), CancellationToken.None);
            throw;
        }
        catch (Exception e)
        {
            // Whatever it is, also a limit of somebody else's that passed: one video must not end the work on all others.
            var pause = options.RetryPause * Math.Pow(2, Math.Min(job.Attempt - 1, 10));
            rhythm.Logger.LogWarning("Job {Job} ({Kind}) failed, attempt {Attempt}; it is begun again in {Pause}: {Reason}", job.Id, kind, job.Attempt, pause, e.Message);
            meter.Job(kind, "retried");
            await store.EndAsync(job, FailureText.WithoutFolders(e.Message), pause, CancellationToken.None);
        }
        finally
        {
            await done.CancelAsync();
            await beating;
        }
    }
}
