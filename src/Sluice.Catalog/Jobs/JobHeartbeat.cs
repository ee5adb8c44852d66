using Microsoft.Extensions.Logging;
using Sluice.Catalog.Storage;

namespace Sluice.Catalog.Jobs;

/// <summary>Keeps a lease while a job is worked on, and ends the work when the lease is lost.</summary>
internal sealed class JobHeartbeat(ICatalogStore store, TimeSpan lease, TimeProvider time, ILogger logger)
{
    // What is on a page is as old as this at most.
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    /// <summary>Runs until <paramref name="done"/>; cancels <paramref name="work"/> when the job is not this worker's any more.</summary>
    public async Task RunAsync(Job job, JobProgress progress, CancellationTokenSource work, CancellationToken done)
    {
        var every = lease / 3 < Often ? lease / 3 : Often;
        var (told, kept) = (("", -1.0), time.GetTimestamp());
        try
        {
            while (true)
            {
                await Task.Delay(every, time, done);
                var now = progress.Now;
                if (now == told && time.GetElapsedTime(kept) < lease / 3) continue;
                try
                {
                    if (!await store.ReportAsync(job, now.Stage, now.Share, lease, done))
                    {
                        logger.LogInformation("Job {Job} is not this worker's any more: it was cancelled, or another one has it", job.Id);
                        await work.CancelAsync();
                        return;
                    }
                    (told, kept) = (now, time.GetTimestamp());
                }
                catch (IOException e)
                {
                    // Somebody else may take the job when the lease is over; until then there is time for the database to come back.
                    logger.LogWarning("The lease of job {Job} could not be kept: {Reason}", job.Id, e.Message);
                    if (time.GetElapsedTime(kept) < lease) continue;
                    await work.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The work is over.
        }
    }
}
