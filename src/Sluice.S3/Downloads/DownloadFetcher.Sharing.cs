using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Sluice.S3.Downloads;

internal sealed partial class DownloadFetcher
{
    /// <summary>How long the end of the cache waits for what is being shared.</summary>
    private static readonly TimeSpan SharingPatience = TimeSpan.FromSeconds(10);

    // Who fetches faster than others can be told shares less: each waiting file is held open.
    private const int SharedAtOnce = 4, MostOffered = 32;

    private readonly SemaphoreSlim turns = new(SharedAtOnce);
    private readonly Lock gate = new();
    private Task sharing = Task.CompletedTask;
    private int offered;

    /// <summary>Where files are shared with other machines; null for nowhere.</summary>
    public DownloadShare? Share { get; set; }

    /// <summary>Waits for what is being shared, for a while.</summary>
    public async Task CloseAsync()
    {
        Task open;
        lock (gate) open = sharing;
        await open.WaitAsync(SharingPatience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // The server is asked what is current, and whether this caller may have it; then the bytes come from another machine's download. Null: not from there.
    private async Task<DownloadFound?> FromOthersAsync(DownloadAsk ask, DownloadStore store, DownloadFlight flight, CancellationToken cancellation)
    {
        if (Share is not { } share || ask.Skip) return null;
        var head = await ask.Source.ChangedAsync(ask.ObjectKey, null, cancellation);
        // That a HEAD is answered does not prove that this caller may use the key.
        if (head is null || head.HasKeyOfServer || head.Length > options.SharedFileBytes || DownloadShare.Name(ask, head.Version) is not { } name || await share.FindAsync(name, head.Length, cancellation) is not { } crc) return null;
        if (!Reserve(ask, store, head.Length)) return null;
        var path = store.PartPathOf(ask.Key);
        var kept = false;
        try
        {
            flight.Begin(head.Length);
            using (var file = Create(path, head.Length))
                if (!await share.ReadAsync(name, crc, file, (head.Length, flight.Arrived), cancellation)) return null;
            var found = Commit(ask, store, head, path, new(null, crc)) with { Outcome = S3DownloadOutcome.Shared, Fetched = 0 };
            kept = true;
            log.LogDebug(DownloadEvents.Fetched, "Took {Url} from another machine's download: {Bytes} bytes", ask.Url, head.Length);
            return found;
        }
        catch (DownloadWriteException)
        {
            // It is said when the same happens to the download itself.
            return null;
        }
        finally
        {
            if (!kept) Delete(path);
        }
    }

    // Behind the caller's back. The file is opened before anybody can evict it.
    private void Offer(DownloadAsk ask, DownloadHead head, DownloadSums sums, string path)
    {
        if (Share is not { } share || head.HasKeyOfServer || head.Length > options.SharedFileBytes || DownloadShare.Name(ask, head.Version) is not { } name) return;
        if (Interlocked.Increment(ref offered) > MostOffered)
        {
            Interlocked.Decrement(ref offered);
            return;
        }
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException gone)
        {
            log.LogDebug(DownloadEvents.ShareFailed, gone, "{Url} was gone before it could be shared", ask.Url);
        }
        finally
        {
            if (file is null) Interlocked.Decrement(ref offered);
        }
        if (file is null) return;
        lock (gate) sharing = Task.WhenAll(sharing, Task.Run(() => ShareAsync(share, name, sums.Crc, file, head.Length)));
    }

    private async Task ShareAsync(DownloadShare share, string name, ulong crc, SafeFileHandle file, long length)
    {
        await turns.WaitAsync();
        try
        {
            using (file) await share.WriteAsync(name, crc, file, (length, options.TimeToLive), CancellationToken.None);
        }
        finally
        {
            turns.Release();
            Interlocked.Decrement(ref offered);
        }
    }
}
