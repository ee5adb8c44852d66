namespace Sluice.S3.Downloads;

/// <summary>A caller who is told how far a flight is. What its code throws ends its own call; the flight may have other callers.</summary>
internal sealed class DownloadListener(IProgress<S3DownloadProgress> progress)
{
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with what it threw; never otherwise.</summary>
    public Task Failed => failed.Task;

    /// <summary>Tells it.</summary>
    public void Report(S3DownloadProgress now)
    {
        if (failed.Task.IsCompleted) return;
        try
        {
            progress.Report(now);
        }
        catch (Exception failure)
        {
            failed.TrySetException(failure);
            // Where the flight ended first nobody looks at it.
            _ = failed.Task.Exception;
        }
    }
}
