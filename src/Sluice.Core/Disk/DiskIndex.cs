using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;

namespace Sluice.Core.Disk;

/// <summary>Reads the index: three connections to one file, so that a question never waits for a commit.</summary>
internal sealed class DiskIndex : IDisposable
{
    private const string Columns = "SELECT id, name, identity, key, metadata, length, chunks, bytes, last_used FROM objects";

    private readonly IndexFile file;
    private readonly SqliteConnection reader;
    private readonly SqliteCommand byKey;
    private readonly SqliteCommand chunksOf;
    private bool isClosed;

    public DiskIndex(IndexFile file)
    {
        this.file = file;
        Writer = file.Open();
        reader = SqliteDatabase.Open(file.Path);
        byKey = reader.Prepare(Columns + " WHERE key = $key", "$key");
        chunksOf = reader.Prepare("SELECT chunk, checksum FROM chunks WHERE object = $object", "$object");
        LastId = Writer.ReadInteger("SELECT max(id) FROM objects");
        // Memory is taken for so many: of a damaged number no more than there can be.
        Objects = (int)Math.Clamp(Writer.ReadInteger("SELECT objects FROM settings"), 0, Math.Max(0, LastId));
        Bytes = Math.Max(0, Writer.ReadInteger("SELECT bytes FROM settings"));
    }

    /// <summary>Held while rows become objects, and while the index writer forgets objects whose rows are gone: so that no row read before a deletion becomes an object after it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The connection of <see cref="DiskIndexWriter"/>.</summary>
    public SqliteConnection Writer { get; }

    /// <summary>Rows at start.</summary>
    public int Objects { get; }

    /// <summary>Bytes of bodies at start.</summary>
    public long Bytes { get; }

    /// <summary>Highest row number at start.</summary>
    public long LastId { get; }

    /// <summary>True when there was no usable index, so that all body files are without a row.</summary>
    public bool StartedEmpty => file.StartedEmpty;

    /// <summary>False once its file was deleted.</summary>
    public bool IsInPlace => !DirectoryLock.IsGone(file.Path);

    /// <summary>Rows of a key; none once it is closed. Call under <see cref="Gate"/>.</summary>
    public List<ObjectRow> Find(string key)
    {
        if (isClosed) return [];
        byKey.Parameters[0].Value = key;
        using var rows = byKey.ExecuteReader();
        var found = new List<ObjectRow>();
        while (rows.Read()) found.Add(new IndexRow(rows.Handle!).ToObjectRow());
        return found;
    }

    /// <summary>Chunk rows of an object; none once it is closed.</summary>
    public List<(int Chunk, uint Checksum)> ChunksOf(long id)
    {
        lock (Gate)
        {
            if (isClosed) return [];
            chunksOf.Parameters[0].Value = id;
            using var rows = chunksOf.ExecuteReader();
            var found = new List<(int, uint)>();
            while (rows.Read()) found.Add(((int)SqliteColumns.Integer(rows.Handle!, 0), (uint)SqliteColumns.Integer(rows.Handle!, 1)));
            return found;
        }
    }

    /// <summary>Calls <paramref name="visit"/> for the rows whose number is above <paramref name="after"/>, in order, until it has answered true <paramref name="most"/> times; the number of the last one it saw, or null at the end.</summary>
    public long? Scan(long after, int most, RowMatch visit)
    {
        // A connection of its own: a look over very many must not keep anybody else waiting. For some at a time, since the log cannot be emptied meanwhile.
        using var connection = SqliteDatabase.Open(file.Path);
        using var command = connection.Prepare(Columns + " WHERE id > $after ORDER BY id", "$after");
        command.Parameters[0].Value = after;
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var row = new IndexRow(rows.Handle!);
            if (visit(row) && --most == 0) return row.Id;
        }
        return null;
    }

    /// <summary>Notes damage found while running.</summary>
    public void MarkDamaged() => file.MarkDamaged();

    public void Dispose()
    {
        // Not under the hands of those who are just asking.
        lock (Gate)
        {
            isClosed = true;
            byKey.Dispose();
            chunksOf.Dispose();
            reader.Dispose();
        }

        Writer.Dispose();
    }
}
