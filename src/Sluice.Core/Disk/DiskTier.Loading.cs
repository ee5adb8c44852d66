using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Sluice.Core.Disk;

/// <content>Reading the whole index behind the first requests, and sweeping what it does not name.</content>
public sealed partial class DiskTier
{
    private const int ScannedAtOnce = 1_000;

    private readonly Lock loadGate = new();
    private Task? reading;
    private Task? sweep;
    private volatile bool indexRead;
    private volatile bool loaded;

    /// <summary>True once <see cref="LoadAsync(CancellationToken)"/> has read the index.</summary>
    public bool IsLoaded => loaded;

    /// <summary>The highest row number given so far.</summary>
    internal long LastId => Volatile.Read(ref lastId);

    /// <summary>Rows that nobody uses.</summary>
    internal int RowCount => rows.Count;

    /// <summary>The scopes of all rows, each at the number that <see cref="DiskRow.Scope"/> gives.</summary>
    internal string[] Scopes => scopes.All();

    /// <summary>The rows that nobody uses, in no order.</summary>
    internal DiskRow[] Rows => rows.ToArray();

    /// <summary>The deletion of files without a row; begins after <see cref="LoadAsync(CancellationToken)"/>.</summary>
    internal Task Sweep => sweep ?? Task.CompletedTask;

    /// <summary>Reads the whole index, off the caller's thread: which rows there are and what they count for. Objects are made of them when they are asked for.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        await ReadIndexAsync().WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        cancellation.ThrowIfCancellationRequested();
        loaded = true;
        lock (loadGate) sweep ??= disposed ? Task.CompletedTask : SweepAsync();
    }

    /// <summary>As the other, and hands over every stored object, least recently used first. An object that was known before is handed over as the same instance.</summary>
    public async Task LoadAsync(Action<DiskObject> found, CancellationToken cancellation)
    {
        await LoadAsync(cancellation);
        foreach (var scanned in Scan(static _ => true)) Keep(scanned);
        foreach (var target in known.Values.Where(static target => !target.IsRemoved).OrderBy(static target => target.LastUsed).ThenBy(static target => target.Id)) found(target);
    }

    /// <summary>The objects of all rows that match, as they are in the index: for looking over very many. One that is not known yet is not made so (see <see cref="Keep"/>).</summary>
    /// <exception cref="IOException">The index could not be read to its end.</exception>
    internal IEnumerable<DiskObject> Scan(RowMatch match)
    {
        var part = new List<ObjectRow>(ScannedAtOnce);
        // What would be opened by its name is gone, or another process's.
        for (long? after = lost ? null : 0; after is not null;)
        {
            part.Clear();
            try
            {
                after = index.Scan(after.Value, ScannedAtOnce, row =>
                {
                    if (!match(row)) return false;
                    part.Add(row.ToObjectRow());
                    return true;
                });
            }
            catch (SqliteException failure)
            {
                ReportIndex(failure);
                throw Unreadable(failure);
            }
            foreach (var row in part)
                yield return known.TryGetValue(row.Name, out var target) ? target : new DiskObject(this, row);
        }
    }

    /// <summary>Completes when every row counts and can be evicted.</summary>
    private Task ReadIndexAsync()
    {
        lock (loadGate) return reading ??= disposed ? Task.CompletedTask : Task.Run(ReadIndex);
    }

    private void ReadIndex()
    {
        var read = new List<DiskEntry>(index.Objects);
        var bad = new List<DiskObject>();
        ReadRows(read, bad);
        if (stop.IsCancellationRequested) return;
        lock (index.Gate) bad.RemoveAll(target => !known.TryAdd(target.Name, target));
        space.CountRows(bad.Sum(static target => (long)target.RowBytes));
        List([.. read, .. known.Values.Where(static target => target.IsListed)]);
        bad.ForEach(Remove);
        if (bad.Count > 0) logger.LogInformation(DiskEvents.RowsDropped, "{Count} unfinished or unreadable objects of an earlier run were dropped from the disk cache", bad.Count);
        List<DiskSpace.Victim>? victims = null;
        space.Trim(ref victims);
        victims?.ForEach(Discard);
        indexRead = true;
        Interlocked.MemoryBarrier();
        lock (index.Gate)
            foreach (var (name, target) in known)
                if (target.IsGone) known.TryRemove(name, out _);
    }

    private void ReadRows(List<DiskEntry> read, List<DiskObject> unusable)
    {
        var entered = 0;
        try
        {
            index.Scan(0, 1, row =>
            {
                if (!row.IsUsable)
                {
                    unusable.Add(new DiskObject(this, row.ToObjectRow()));
                    return stop.IsCancellationRequested;
                }
                var key = row.Key;
                read.Add(new DiskRow(row.Id, row.Name, row.Identity, RowTable.HashOf(key), row.Bytes, row.LastUsed) { Scope = scopes.NumberOf(key), RowBytes = DiskEntry.RowBytesOf(key.Length, row.Metadata.Length) });
                if (read.Count % ScannedAtOnce == 0) Enter(read, ref entered);
                return stop.IsCancellationRequested;
            });
        }
        catch (SqliteException failure)
        {
            ReportIndex(failure);
        }
        Enter(read, ref entered);
    }

    /// <summary>Takes those that were read since last time into the table. What became an object meanwhile, or was removed since, is known under its name.</summary>
    private void Enter(List<DiskEntry> read, ref int entered)
    {
        var bytes = 0L;
        lock (index.Gate)
            for (; entered < read.Count; entered++)
            {
                var row = (DiskRow)read[entered];
                if (known.ContainsKey(row.Name))
                {
                    row.IsTaken = true;
                    continue;
                }
                rows.Add(row);
                bytes += row.RowBytes;
            }
        space.CountRows(bytes);
    }

    /// <summary>Puts everything in order for eviction, the least recently used first to go; of those used in the same second, the first in the list.</summary>
    private void List(DiskEntry[] all)
    {
        // Numbers sort several times as fast as objects.
        var order = new ulong[all.Length];
        for (var i = 0; i < order.Length; i++) order[i] = ((ulong)all[i].LastUsed << 32) | (uint)i;
        Array.Sort(order);
        for (var at = 0; at < order.Length; at += ScannedAtOnce)
            space.List(new ArraySegment<ulong>(order, at, Math.Min(ScannedAtOnce, order.Length - at)).Select(place => all[(uint)place]));
    }

    private Task SweepAsync() => Task.Run(() =>
    {
        try
        {
            var deleted = OrphanSweep.Run(bodies, directoryLock.TakenAt, Names(), stop.Token);
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

    /// <summary>Whether a file of that name has a row. Of rows only the first digits are compared: a file that shares them stays until it does not.</summary>
    private Func<BodyName, bool> Names()
    {
        // In this order: what becomes an object in between is in the second.
        var names = Array.ConvertAll(rows.ToArray(), static row => row.Name.A);
        Array.Sort(names);
        return name => known.ContainsKey(name) || Array.BinarySearch(names, name.A) >= 0;
    }

    private async Task EndBackgroundWorkAsync()
    {
        Task[] running;
        lock (loadGate) running = [reading ?? Task.CompletedTask, sweep ?? Task.CompletedTask];
        await Task.WhenAll(running);
    }
}
