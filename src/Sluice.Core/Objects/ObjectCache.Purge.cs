using System.Collections.Concurrent;
using System.Text;
using Sluice.Core.Disk;
using Sluice.Core.Tags;

namespace Sluice.Core.Objects;

/// <content>Purging.</content>
public sealed partial class ObjectCache
{
    private const int MaximumRemembered = 50;

    private readonly ConcurrentQueue<PurgeRecord> recent = new();
    private IPurgeLayer[] layers = [];
    private ISourceFollower[] followers = [];

    /// <summary>The last 50 purges that were asked for, newest first; dry runs are none.</summary>
    public IReadOnlyList<PurgeRecord> RecentPurges => [.. recent.Reverse()];

    /// <summary>Read it when a fetch begins and hand it to <see cref="Store"/> or <see cref="Refresh"/>: a purge in between keeps the result out.</summary>
    public long Fence => purges.Sequence;

    /// <summary>Takes a layer into every purge from now on.</summary>
    public void AddLayer(IPurgeLayer layer) => layers = [.. layers, layer];

    /// <summary>Tells of every source that changes from now on, or is purged as one.</summary>
    public void AddFollower(ISourceFollower follower) => followers = [.. followers, follower];

    /// <summary>Purges here and in every layer. When the receipt is there, nothing it counts can be served any more, not even after a crash and restart; responses under way finish.</summary>
    public async Task<PurgeReceipt> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default)
    {
        // The layers are told before anything goes here: what is purged here must not come back from one of them.
        var told = Array.ConvertAll(layers, layer => layer.PurgeAsync(request, cancellation));
        var receipt = await PurgeHereAsync(request, cancellation);
        foreach (var layer in await Task.WhenAll(told)) receipt = receipt.Plus(layer);
        // The purges of other nodes are done again after a restart; whoever asked here would not know.
        if (isWithoutDisk && !request.DryRun)
            throw new IOException("The cache directory could not be opened at start, for its disk was full or read-only: what was purged is not served any more, but would be after a restart. Make room, restart the server, and try again.");
        return receipt;
    }

    /// <summary>Purges this process's memory and disk only.</summary>
    public async Task<PurgeReceipt> PurgeHereAsync(PurgeRequest request, CancellationToken cancellation = default)
    {
        // Until the whole index is known, objects on disk could escape. What follows may read its file: not on the thread of a socket.
        await loading.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var receipt = new PurgeReceipt { Soft = request.Soft, DryRun = request.DryRun };
        var (selected, unused) = Find(request);
        HashSet<CachedObject> known = [];
        foreach (var found in selected)
            if (found.Current() is var now && known.Add(now)) receipt = Purge(now, receipt);
        foreach (var scanned in unused)
        {
            // What has begun is done to its end, whoever has stopped waiting for it.
            if (request.DryRun) cancellation.ThrowIfCancellationRequested();
            if ((request.DryRun ? View(scanned) : Keep(scanned)) is { } found && known.Add(found)) receipt = Purge(found, receipt);
        }

        if (request.DryRun) return receipt;
        if (request.Kind == PurgeKind.Source)
            foreach (var follower in followers) receipt = receipt with { Values = receipt.Values + await follower.SourceChangedAsync(request.Value, cancellation) };
        if (!request.IsInvalidation) recent.Enqueue(new PurgeRecord(Time.GetUtcNow(), request, receipt with { Hot = [] }));
        while (recent.Count > MaximumRemembered) recent.TryDequeue(out _);
        // Last, since a disk that cannot be written is no reason to leave out the rest. Not for each POST that nothing stored was about.
        if (Disk is not null && !(request.IsInvalidation && receipt.Objects == 0)) await Disk.FlushAsync();
        return receipt;
    }

    /// <summary>The objects that a purge of that kind would select, in any tier. Those that nobody uses are for reading what is known of them only.</summary>
    public async Task<IReadOnlyList<CachedObject>> FindAsync(PurgeKind kind, string value, CancellationToken cancellation = default)
    {
        await loading.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var (selected, unused) = Find(new PurgeRequest(kind, value, DryRun: true));
        var found = selected.ToHashSet();
        foreach (var scanned in unused)
        {
            cancellation.ThrowIfCancellationRequested();
            found.Add(View(scanned));
        }

        return [.. found];
    }

    /// <summary>Another version of a source was stored in place of one: what was made from that outside of this cache is void. Nobody waits for it.</summary>
    private void TellOfChange(CachedObject added, CachedObject replaced)
    {
        // What has another name than its source was made from it, here, and is judged by the source's version when it is asked for.
        if (added.Target != added.Metadata.Source || (added.Metadata.Status, replaced.Metadata.Status) != (200, 200) || added.Metadata.Version == replaced.Metadata.Version) return;
        foreach (var follower in followers) _ = follower.SourceChangedAsync(added.Metadata.Source, stop.Token);
    }

    /// <summary>False when nothing of a scope is stored, here or on another node. A quick look: no object is touched, and no file.</summary>
    public bool MayHold(CacheScope scope) => layers.Length > 0 || scope.Count > 0 || (Disk is { } disk && (!loading.IsCompleted || disk.Scopes.Contains(scope.Name)));

    /// <summary>What a request selects: of that which is in use, and of that which is not, to be read afterwards. Enters the purge unless it is a dry run.</summary>
    private (List<CachedObject> Selected, IEnumerable<DiskObject> Unused) Find(PurgeRequest request)
    {
        List<CachedObject> selected = [];
        IEnumerable<DiskObject> unused = [];
        // Beforehand, so that nobody has to wait for a look into the index file below.
        if (request.Kind == PurgeKind.Url)
            foreach (var scope in scopes.Values) scope.FindStored(request.Value);
        void Look()
        {
            // In this order, while nothing goes back: what comes into use in between is in both.
            unused = ScanDisk(request);
            selected = Select(request);
        }

        if (request.DryRun) purges.Pause(Look);
        else purges.Add(request, Look);
        return (selected, unused);
    }

    private List<CachedObject> Select(PurgeRequest request)
    {
        List<CachedObject> found = [];
        foreach (var scope in scopes.Values)
        {
            if (request.Kind == PurgeKind.Url)
            {
                found.AddRange(scope.FindStored(request.Value));
                continue;
            }

            foreach (var (_, slot) in scope.Slots)
                foreach (var candidate in slot.Objects)
                    if (request.Selects(candidate.Target, candidate.Metadata)) found.Add(candidate);
                    // With one that is selected goes what it replaced.
                    else if (candidate.Former is { } former && request.Selects(former.Target, former.Metadata)) found.Add(former);
        }

        return found;
    }

    /// <summary>What a request selects of that which nobody uses. Call it before <see cref="Select"/>, and read it afterwards: so that nothing that comes into use in between is passed over.</summary>
    private IEnumerable<DiskObject> ScanDisk(PurgeRequest request)
    {
        if (request.Kind == PurgeKind.Url || Disk is not { RowCount: > 0 } disk) return [];
        // What is stored from here on was fetched after the purge.
        var last = disk.LastId;
        // All that a request selects by stands in a row as it is, so that a row without it need not be decoded.
        var value = Encoding.UTF8.GetBytes(request.Value);
        return disk.Scan(row => row.Id <= last && (row.Metadata.IndexOf(value) >= 0 || row.Key.IndexOf(value) >= 0)
            && ObjectMetadataFormat.TryDecode(row.Metadata) is { } metadata && request.Selects(Encoding.UTF8.GetString(row.Key[(row.Key.LastIndexOf((byte)' ') + 1)..]), metadata)).Where(scanned => !scanned.IsRemoved || scanned.IsBack);
    }

    private CachedObject? Keep(DiskObject scanned)
    {
        if (Disk!.Keep(scanned) is not { } stored) return null;
        Adopt(stored);
        return stored.Owner as CachedObject;
    }

    /// <summary>An object to look at, that nobody else finds.</summary>
    private CachedObject View(DiskObject scanned)
    {
        if (scanned.Owner is CachedObject found) return found.Current();
        var separator = scanned.Key.LastIndexOf(' ');
        return new CachedObject(this, Scope(scanned.Key[..separator]), scanned.Key[(separator + 1)..], scanned.Metadata, scanned);
    }

    private static PurgeReceipt Purge(CachedObject found, PurgeReceipt receipt)
    {
        receipt = receipt with
        {
            Objects = receipt.Objects + 1,
            MemoryBytes = receipt.MemoryBytes + found.MemoryBytes,
            DiskBytes = receipt.DiskBytes + found.DiskBytes,
            Flights = receipt.Flights + (found.IsFilling ? 1 : 0),
            Examples = receipt.Examples.Count == PurgeReceipt.MaximumExamples || receipt.Examples.Contains(found.Target) ? receipt.Examples : [.. receipt.Examples, found.Target],
        };
        if (receipt.DryRun) return receipt;
        if (receipt.Soft)
        {
            found.Expire();
            return receipt;
        }

        if (receipt.Hot.Count < PurgeReceipt.MaximumHot && found.IsHot) receipt = receipt with { Hot = [.. receipt.Hot, new PurgedObject(found.Target, found.Metadata)] };
        var former = found.Former;
        Remove(found);
        // What is being read is on disk until that is done, but not in the index.
        found.Unlist();
        former?.Unlist();
        return receipt;
    }
}
