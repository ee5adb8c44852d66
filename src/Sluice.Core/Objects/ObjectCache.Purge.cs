using System.Collections.Concurrent;
using Sluice.Core.Tags;

namespace Sluice.Core.Objects;

/// <content>Purging.</content>
public sealed partial class ObjectCache
{
    private const int MaximumRemembered = 50;

    private readonly ConcurrentQueue<PurgeRecord> recent = new();
    private IPurgeLayer[] layers = [];
    private ISourceFollower[] followers = [];

    /// <summary>The last 50 purges, newest first; dry runs are none.</summary>
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
        return receipt;
    }

    /// <summary>Purges this process's memory and disk only.</summary>
    public async Task<PurgeReceipt> PurgeHereAsync(PurgeRequest request, CancellationToken cancellation = default)
    {
        // Until the whole index is known, objects on disk could escape.
        await loading.WaitAsync(cancellation);
        List<CachedObject> selected = [];
        if (request.DryRun) selected.AddRange(Select(request));
        else purges.Add(request, () => selected.AddRange(Select(request)));
        var receipt = new PurgeReceipt
        {
            Objects = selected.Count,
            MemoryBytes = selected.Sum(found => found.MemoryBytes),
            DiskBytes = selected.Sum(found => found.DiskBytes),
            Flights = selected.Count(found => found.IsFilling),
            Soft = request.Soft,
            DryRun = request.DryRun,
            Examples = [.. selected.Select(found => found.Target).Distinct().Take(PurgeReceipt.MaximumExamples)],
        };
        if (request.DryRun) return receipt;
        foreach (var found in selected)
        {
            if (request.Soft) found.Expire();
            else Remove(found);
        }

        if (Disk is not null) await Disk.FlushAsync();
        if (request.Kind == PurgeKind.Source)
            foreach (var follower in followers) receipt = receipt with { Values = receipt.Values + await follower.SourceChangedAsync(request.Value, cancellation) };
        recent.Enqueue(new PurgeRecord(Time.GetUtcNow(), request, receipt));
        while (recent.Count > MaximumRemembered) recent.TryDequeue(out _);
        return receipt;
    }

    /// <summary>The objects that a purge of that kind would select, in any tier.</summary>
    public async Task<IReadOnlyList<CachedObject>> FindAsync(PurgeKind kind, string value, CancellationToken cancellation = default)
    {
        await loading.WaitAsync(cancellation);
        return Select(new PurgeRequest(kind, value));
    }

    /// <summary>Another version of a source was stored in place of one: what was made from that outside of this cache is void. Nobody waits for it.</summary>
    private void TellOfChange(CachedObject added, CachedObject replaced)
    {
        // What has another name than its source was made from it, here, and is judged by the source's version when it is asked for.
        if (added.Target != added.Metadata.Source || (added.Metadata.Status, replaced.Metadata.Status) != (200, 200) || added.Metadata.Version == replaced.Metadata.Version) return;
        foreach (var follower in followers) _ = follower.SourceChangedAsync(added.Metadata.Source, stop.Token);
    }

    private static bool Selects(PurgeRequest request, CachedObject candidate) => request.Kind switch
    {
        PurgeKind.Url => candidate.Target == request.Value,
        // A variant's key is not its path; the path it was made from is.
        PurgeKind.Prefix => candidate.Target.StartsWith(request.Value, StringComparison.Ordinal) || candidate.Metadata.Source.StartsWith(request.Value, StringComparison.Ordinal),
        PurgeKind.Tag => candidate.Metadata.Tags.Contains(request.Value),
        _ => candidate.Metadata.Source == request.Value,
    };

    private List<CachedObject> Select(PurgeRequest request)
    {
        List<CachedObject> found = [];
        foreach (var scope in scopes.Values)
        {
            if (request.Kind == PurgeKind.Url)
            {
                found.AddRange(scope.Find(request.Value)?.Objects ?? []);
                continue;
            }

            foreach (var (_, slot) in scope.Slots)
                found.AddRange(slot.Objects.Where(candidate => Selects(request, candidate)));
        }

        return found;
    }
}
