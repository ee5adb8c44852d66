using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;

namespace Sluice.Core.Disk;

/// <content>Making objects known, changing and removing them.</content>
public sealed partial class DiskTier
{
    /// <summary>Makes an object known. Nothing reaches the disk before its first chunk (or, for an empty body, before <see cref="Update"/>).</summary>
    public DiskObject Create(string key, ObjectMetadata metadata)
    {
        var name = BodyName.Create(key, metadata.Vary, out var identity);
        return new DiskObject(this, Interlocked.Increment(ref lastId), name, identity, key, metadata) { LastUsed = now, StoredLastUsed = now };
    }

    /// <summary>Stores new metadata (a 304 came, the length became known, it was marked stale). Written in the background.</summary>
    /// <exception cref="ArgumentException">The length was known and is now another: that is another version, and needs another object.</exception>
    public void Update(DiskObject target, ObjectMetadata metadata)
    {
        if (target.Length != DiskObject.UnknownLength && target.Length != metadata.Length)
            throw new ArgumentException($"The length of a stored body was {target.Length} and cannot become {metadata.Length}.", nameof(metadata));
        target.Replace(metadata);
        if (disposed || lost || target.IsRemoved) return;
        if (target.IsListed) writer.Add(new IndexChange(IndexChangeKind.Object, target));
    }

    /// <summary>Gives an empty body, which no byte is written of, a row; nothing of any other. Not under a lock: it may evict others, whose owners hear of it.</summary>
    public void ListEmpty(DiskObject target)
    {
        if (disposed || lost || target.IsListed || target.Length != 0 || !target.TryUse()) return;
        if (MakeRoom(target, 0) == Reservation.Granted) Register(target);
        EndUse(target);
    }

    /// <summary>Notes a use: no lock, no allocation, no I/O.</summary>
    public void Hit(DiskObject target)
    {
        target.LastUsed = now;
        space.Hit(target);
    }

    /// <summary>Removes an object: its file goes once no read is using it, its index entry with the next <see cref="FlushAsync"/>.</summary>
    public void Remove(DiskObject target)
    {
        if (!space.TryRemove(target, out var retire)) return;
        writer.Add(new IndexChange(IndexChangeKind.Delete, target));
        if (retire) Retire(target);
    }

    /// <summary>Takes the index entry of an object that is removed once its last reader is done away now, with the next <see cref="FlushAsync"/>: after a crash before that, nothing would tell that it was purged.</summary>
    internal void Unlist(DiskObject target)
    {
        if (target.IsRemoved) return;
        // For its readers, who would ask for the rows that are going.
        BodyOf(target);
        target.IsUnlisted = true;
        writer.Add(new IndexChange(IndexChangeKind.Delete, target));
    }

    /// <summary>Removes what nobody has used since start; false when somebody has now, or it is gone already.</summary>
    internal bool Remove(DiskRow row)
    {
        if (!space.TryRemove(row)) return false;
        Discard(row);
        return true;
    }

    /// <summary>The objects an earlier run stored under a key (one for each Vary selection), from the index file. Without a look at the file where there are none, once the index was read.</summary>
    public IReadOnlyList<DiskObject> Find(string key) => Find(key, out _);

    /// <summary>As the other, and whether the index file could be read.</summary>
    internal IReadOnlyList<DiskObject> Find(string key, out bool isComplete)
    {
        isComplete = true;
        var found = new List<DiskObject>();
        var keyHash = RowTable.HashOf(key);
        if (lost || (indexRead && !rows.MayHave(keyHash))) return found;
        List<DiskObject> bad = [];
        try
        {
            lock (index.Gate)
                foreach (var row in index.Find(key))
                {
                    if (Known(new DiskObject(this, row), keyHash, out var isNew) is not { } target) continue;
                    // The row's own length has no checksum, and what is read goes by both.
                    (isNew && (row.Length < 0 || ObjectMetadataFormat.TryDecode(row.Metadata)?.Length != row.Length) ? bad : found).Add(target);
                }
        }
        catch (SqliteException failure)
        {
            isComplete = false;
            ReportIndex(failure);
        }
        foreach (var target in bad)
        {
            Remove(target);
            Settle(target);
        }
        return found;
    }

    /// <summary>Makes an object that <see cref="Scan"/> gave known; null when it was removed meanwhile. Another one of the same row may have been faster, and is the answer then.</summary>
    /// <exception cref="IOException">It was in use meanwhile, and the index could not be read again.</exception>
    internal DiskObject? Keep(DiskObject scanned)
    {
        var keyHash = RowTable.HashOf(scanned.Key);
        lock (index.Gate)
        {
            if (scanned.IsBack || rows.Find(keyHash, scanned.Id) is { WasUsed: true })
            {
                if (!known.TryGetValue(scanned.Name, out var target)) return ReadAgain(scanned) is { } made ? Known(made, keyHash, out _) : null;
                return target.IsRemoved ? null : target;
            }
            return Known(scanned, keyHash, out _);
        }
    }

    /// <summary>The engine finds this object from now on, so that nobody needs to ask the index for it.</summary>
    internal void Settle(DiskObject target) => rows.Remove(RowTable.HashOf(target.Key), target.Id);

    internal int ChunksOf(long length) => (int)((length + options.ChunkSize - 1) / options.ChunkSize);

    /// <summary>The chunks of an object, read from the index at the first time.</summary>
    internal DiskBody BodyOf(DiskObject target)
    {
        if (target.Body is { } known) return known;
        var body = new DiskBody(options.ChunkSize);
        try
        {
            foreach (var (chunk, checksum) in index.ChunksOf(target.Id))
            {
                if (chunk < 0 || chunk >= ChunksOf(target.Length)) continue;
                body.Complete(chunk, checksum, LengthOf(target, chunk));
                if (target.WasVerified) body.Verify(chunk);
            }
        }
        catch (SqliteException failure)
        {
            ReportIndex(failure);
        }
        return target.Adopt(body);
    }

    private int LengthOf(DiskObject target, int chunk) => (int)Math.Min(options.ChunkSize, target.Length - ((long)chunk * options.ChunkSize));

    // Under the index's gate. Whatever was removed stays known until its row is gone, and the rows of the others are in the table once the index was read.
    private DiskObject? Known(DiskObject made, int keyHash, out bool isNew)
    {
        isNew = false;
        if (known.TryGetValue(made.Name, out var target)) return target.IsRemoved || target.Id != made.Id ? null : target;
        if (rows.Find(keyHash, made.Id) is { } row)
        {
            if (!space.TryReplace(row, made)) return null;
            // When it was used last may still be on its way to the index.
            if (made.LastUsed < row.LastUsed) made.LastUsed = row.LastUsed;
            made.WasVerified = row.IsVerified;
        }
        else if (indexRead)
        {
            return null;
        }
        else
        {
            space.CountRows(made.RowBytes);
            space.List([made]);
        }
        isNew = known.TryAdd(made.Name, made);
        return made;
    }

    /// <summary>The object gets its first byte on disk, or is empty: from now on it has a row. Call while using it, so that it cannot be forgotten before it is known.</summary>
    private void Register(DiskObject target)
    {
        // Under a lock, so that no chunk row of another writer comes before the object's.
        lock (known)
            if (known.TryAdd(target.Name, target)) writer.Add(new IndexChange(IndexChangeKind.Object, target));
    }

    /// <summary>Removes an object that the engine must hear about.</summary>
    private void Drop(DiskObject target)
    {
        if (!space.TryRemove(target, out var retire)) return;
        Discard(target, retire);
    }

    private void Discard(DiskSpace.Victim victim)
    {
        if (victim.Entry is DiskRow row) Discard(row);
        else Discard((DiskObject)victim.Entry, victim.Retire);
    }

    /// <summary>Deletes what nobody has used since start. Known as removed, as long as its row is there to be found.</summary>
    private void Discard(DiskRow row)
    {
        var target = new DiskObject(this, row);
        lock (index.Gate)
        {
            known.TryAdd(row.Name, target);
            rows.Remove(row.KeyHash, row.Id);
        }
        writer.Add(new IndexChange(IndexChangeKind.Delete, target));
        Retire(target);
    }

    private void Discard(DiskObject target, bool retire)
    {
        writer.Add(new IndexChange(IndexChangeKind.Delete, target));
        if (retire) Retire(target);
        Evicted?.Invoke(target);
    }

    internal void EndUse(DiskObject target)
    {
        if (target.EndUse()) Retire(target);
    }

    /// <summary>Deletes the file of a removed object that nobody uses any more, and only then gives its bytes back.</summary>
    private void Retire(DiskObject target)
    {
        // Its row may have stayed in the index, which is another process's by now. Where it has not, the next start sweeps the file.
        if (disposed) return;
        try
        {
            files.Delete(target);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its bytes are still there, so they stay counted; the next start sweeps the file.
            space.Strand(target);
            if (deleteLog.Allows()) logger.LogError(DiskEvents.DeleteFailed, failure, "Body file {Name} could not be deleted, nor perhaps others. Check the disk and the permissions of the cache directory; what is there stays counted until the next start", target.Name);
            return;
        }
        space.Retire(target);
        if (target.NoteRetired()) Erase(target);
    }

    /// <summary>Told by the index writer what is committed.</summary>
    private void Forget(IReadOnlyList<IndexChange> changes)
    {
        foreach (var change in changes)
            if (change.IsOfContent) change.Target.EndChange();
            else if (change.Kind == IndexChangeKind.Delete && change.Target.NoteUnlisted()) Erase(change.Target);
    }

    // Until the whole index was read, a removed object must stay known: its row may still be among those being read.
    private void Erase(DiskObject target)
    {
        if (!indexRead) return;
        lock (index.Gate) known.TryRemove(new(target.Name, target));
    }

    private void ReportIndex(SqliteException failure)
    {
        if (Sqlite.SqliteDatabase.IsDamage(failure)) index.MarkDamaged();
        if (readLog.Allows()) logger.LogError(DiskEvents.IndexDamaged, failure, "The cache index could not be read; objects that need it are misses. If it is damaged, the next start makes a new one");
    }
}
