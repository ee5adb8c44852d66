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
        var (told, kept, complained) = (("", -1.0), time.GetTimestamp(), false);
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
                        if (!progress.IsOver) logger.LogInformation("Job {Job} is not this worker's any more: it was cancelled, or another one has it", job.Id);
                        await work.CancelAsync();
                        return;
                    }
                    (told, kept, complained) = (now, time.GetTimestamp(), false);
                }
                catch (IOException e)
                {
                    // Whoever else takes the job when the lease is over needs the database for it, too. Where somebody has, it is told once it is back, and nothing can be published before.
                    if (!complained) logger.LogWarning("The lease of job {Job} cannot be kept; the work goes on meanwhile: {Reason}", job.Id, e.Message);
                    complained = true;
                }
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The work is over.
        }
    }
}
