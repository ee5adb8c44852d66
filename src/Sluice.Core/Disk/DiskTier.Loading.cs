using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Sluice.Core.Disk;

/// <content>Reading the whole index behind the first requests, and sweeping what it does not name.</content>
public sealed partial class DiskTier
{
    private readonly Lock loadGate = new();
    private Task? reading;
    private Task? sweep;
    private volatile bool indexRead;
    private volatile bool loaded;

    /// <summary>True once <see cref="LoadAsync"/> has handed over everything, so that <see cref="Find"/> need not be asked.</summary>
    public bool IsLoaded => loaded;

    /// <summary>The deletion of files without a row; begins after <see cref="LoadAsync"/>.</summary>
    internal Task Sweep => sweep ?? Task.CompletedTask;

    /// <summary>Hands over every stored object, least recently used first, off the caller's thread. An object that <see cref="Find"/> or <see cref="Create"/> already made known is handed over as the same instance.</summary>
    public async Task LoadAsync(Action<DiskObject> found, CancellationToken cancellation)
    {
        await ReadIndexAsync().WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        foreach (var target in InOrder(known.Values))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!target.IsRemoved) found(target);
        }
        loaded = true;
        lock (loadGate) sweep ??= disposed ? Task.CompletedTask : SweepAsync();
    }

    /// <summary>Completes when every row is an object that can be evicted.</summary>
    private Task ReadIndexAsync()
    {
        lock (loadGate) return reading ??= disposed ? Task.CompletedTask : Task.Run(ReadIndex);
    }

    private void ReadIndex()
    {
        var read = new List<DiskObject>(index.Objects);
        var bad = new List<DiskObject>();
        try
        {
            foreach (var row in index.ReadAll())
            {
                if (stop.IsCancellationRequested) return;
                var target = Known(row, out var isNew);
                if (isNew && (row.Length < 0 || !ObjectMetadataFormat.IsIntact(row.Metadata))) bad.Add(target);
                else if (!target.IsRemoved) read.Add(target);
            }
        }
        catch (SqliteException failure)
        {
            ReportIndex(failure);
        }
        foreach (var part in InOrder(read).Chunk(1_000)) space.List(part);
        bad.ForEach(Remove);
        if (bad.Count > 0) logger.LogInformation(DiskEvents.RowsDropped, "{Count} unfinished or unreadable objects of an earlier run were dropped from the disk cache", bad.Count);
        List<DiskSpace.Victim>? victims = null;
        space.Trim(ref victims);
        victims?.ForEach(victim => Discard(victim.Object, victim.Retire));
        indexRead = true;
        Interlocked.MemoryBarrier();
        lock (index.Gate)
            foreach (var (name, target) in known)
                if (target.IsGone) known.TryRemove(name, out _);
    }

    private static IOrderedEnumerable<DiskObject> InOrder(IEnumerable<DiskObject> objects) => objects.OrderBy(target => target.LastUsed).ThenBy(target => target.Id);

    private Task SweepAsync() => Task.Run(() =>
    {
        try
        {
            var deleted = OrphanSweep.Run(bodies, directoryLock.TakenAt, known.ContainsKey, stop.Token);
            Interlocked.Add(ref orphansDeleted, deleted);
            if (deleted > 0) logger.LogInformation(DiskEvents.OrphansDeleted, "{Count} body files without an index entry were deleted", deleted);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(DiskEvents.OrphansDeleted, failure, "The cache directory could not be searched for files without an index entry; the next start tries again");
        }
        catch (OperationCanceledException)
        {
            // The tier is closing; the next start sweeps.
        }
    });

    private async Task EndBackgroundWorkAsync()
    {
        Task[] running;
        lock (loadGate) running = [reading ?? Task.CompletedTask, sweep ?? Task.CompletedTask];
        await Task.WhenAll(running);
    }
}
