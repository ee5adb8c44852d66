namespace Sluice.S3.Downloads;

/// <summary>Waits for another process's download of a key until that process stands still: stopped (Ctrl-Z, a frozen container) it lives, and would be waited for until somebody lets it go on.</summary>
internal sealed class DownloadVigil(DownloadStore store, string key, TimeProvider time)
{
    // After a machine woke up, or its clock was set, the last sign is of long ago until the next one comes.
    private static readonly TimeSpan Doubt = TimeSpan.FromSeconds(5);

    private long? still;

    /// <summary>True when there is nothing to wait for.</summary>
    public bool IsOver()
    {
        if (!store.StandsStill(key))
        {
            still = null;
            return false;
        }
        still ??= time.GetTimestamp();
        return time.GetElapsedTime(still.Value) > Doubt;
    }
}
