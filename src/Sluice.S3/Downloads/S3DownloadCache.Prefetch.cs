using Microsoft.Extensions.Logging;

namespace Sluice.S3.Downloads;

public sealed partial class S3DownloadCache
{
    private readonly DownloadSequence? sequence;
    private Task prefetching = Task.CompletedTask;

    // Where a sequence is read, what comes next is fetched ahead.
    private void Used(string s3Url, S3DownloadOptions options)
    {
        if (sequence?.Use(s3Url) is not { Count: > 0 } next) return;
        lock (gate)
            if (!disposed) prefetching = Task.WhenAll(prefetching, PrefetchAsync(next, options with { Progress = null, SkipCache = false, ValidateETag = false }));
    }

    // One after another: who reads them wants the next one first.
    private async Task PrefetchAsync(IReadOnlyList<string> next, S3DownloadOptions options)
    {
        await Task.Yield();
        foreach (var url in next)
        {
            if (closing.IsCancellationRequested || !sequence!.TryBegin(url)) return;
            try
            {
                var found = await FindAsync(Ask(url, options), options, Store(), closing.Token);
                sequence.Fetched(url, found.Length);
                if (found.Row is not null) continue;
                // Past the cache it would be fetched again.
                if (found.IsAlone) File.Delete(found.Path);
                return;
            }
            catch (Exception failure) when (failure is S3DownloadException or OperationCanceledException or ObjectDisposedException or ArgumentException || DownloadTrouble.Is(failure))
            {
                // The end of the sequence, most often.
                log.LogDebug(DownloadEvents.PrefetchFailed, failure, "{Url} was not fetched ahead", url);
                sequence.Forget(url);
                return;
            }
        }
    }
}
