using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;

namespace Sluice.Core.Disk;

/// <summary>Writes changes to the index in one transaction, totals included.</summary>
internal sealed class IndexBatch : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand putMetadata, putObject, putChunk, dropChunk, putUse, deleteChunks, deleteObject, putCounts, addTotals;
    private readonly Dictionary<DiskObject, (int Chunks, long Bytes)> counts = [];
    private long objects, bytes;

    public IndexBatch(SqliteConnection connection)
    {
        this.connection = connection;
        putMetadata = connection.Prepare("UPDATE objects SET metadata = $metadata, length = $length WHERE id = $id", "$metadata", "$length", "$id");
        putObject = connection.Prepare(
            "INSERT INTO objects (id, name, identity, key, metadata, length, chunks, bytes, last_used) VALUES ($id, $name, $identity, $key, $metadata, $length, 0, 0, $used)",
            "$id", "$name", "$identity", "$key", "$metadata", "$length", "$used");
        putChunk = connection.Prepare("INSERT OR REPLACE INTO chunks VALUES ($object, $chunk, $checksum)", "$object", "$chunk", "$checksum");
        dropChunk = connection.Prepare("DELETE FROM chunks WHERE object = $object AND chunk = $chunk", "$object", "$chunk");
        putUse = connection.Prepare("UPDATE objects SET last_used = $used WHERE id = $id", "$used", "$id");
        deleteChunks = connection.Prepare("DELETE FROM chunks WHERE object = $object", "$object");
        deleteObject = connection.Prepare("DELETE FROM objects WHERE id = $id", "$id");
        putCounts = connection.Prepare("UPDATE objects SET chunks = $chunks, bytes = $bytes WHERE id = $id", "$chunks", "$bytes", "$id");
        addTotals = connection.Prepare("UPDATE settings SET objects = max(0, objects + $objects), bytes = max(0, bytes + $bytes)", "$objects", "$bytes");
    }

    /// <summary>Commits all of them, or none.</summary>
    /// <exception cref="SqliteException">None was committed.</exception>
    public void Commit(IReadOnlyList<IndexChange> changes)
    {
        counts.Clear();
        (objects, bytes) = (0, 0);
        using var transaction = connection.BeginWrite();
        foreach (var change in changes)
            if (change.Kind == IndexChangeKind.Delete) Delete(change.Target);
            else if (change.Target is { IsUnlisted: false } target && (!target.IsRemoved || target.IsBack)) Apply(change);
        PutTotals();
        transaction.Commit();
        foreach (var (target, (chunks, size)) in counts) (target.StoredChunks, target.StoredBytes) = (chunks, size);
    }

    public void Dispose()
    {
        foreach (var command in new[] { putMetadata, putObject, putChunk, dropChunk, putUse, deleteChunks, deleteObject, putCounts, addTotals }) command.Dispose();
    }

    private void Apply(in IndexChange change)
    {
        var target = change.Target;
        switch (change.Kind)
        {
            case IndexChangeKind.Object:
                PutObject(target);
                break;
            case IndexChangeKind.Chunk:
                Run(putChunk, target.Id, change.Chunk, change.Checksum);
                Count(target, 1, change.Length);
                break;
            case IndexChangeKind.Drop:
                if (Run(dropChunk, target.Id, change.Chunk) > 0) Count(target, -1, -change.Length);
                break;
            case IndexChangeKind.Use:
                Run(putUse, change.Target.LastUsed, target.Id);
                break;
        }
    }

    private void PutObject(DiskObject target)
    {
        var metadata = target.Encode();
        if (Run(putMetadata, metadata, target.Length, target.Id) > 0) return;
        Run(putObject, target.Id, target.Name.ToBytes(), (long)target.Identity, target.Key, metadata, target.Length, target.LastUsed);
        objects++;
    }

    private void PutTotals()
    {
        foreach (var (target, (chunks, size)) in counts)
        {
            Run(putCounts, chunks, size, target.Id);
            bytes += size - target.StoredBytes;
        }
        if (objects != 0 || bytes != 0) Run(addTotals, objects, bytes);
    }

    private void Delete(DiskObject target)
    {
        Run(deleteChunks, target.Id);
        if (Run(deleteObject, target.Id) == 0) return;
        objects--;
        counts.Remove(target);
        bytes -= target.StoredBytes;
    }

    private void Count(DiskObject target, int chunks, long size)
    {
        var (heldChunks, heldBytes) = counts.TryGetValue(target, out var held) ? held : (target.StoredChunks, target.StoredBytes);
        counts[target] = (heldChunks + chunks, heldBytes + size);
    }

    private static int Run(SqliteCommand command, params ReadOnlySpan<object> values) => command.Set(values).ExecuteNonQuery();
}
