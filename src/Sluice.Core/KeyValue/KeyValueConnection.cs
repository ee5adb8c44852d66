using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;

namespace Sluice.Core.KeyValue;

/// <summary>Two connections to the file: reads never wait for this process's writes, and writes run one after another, off the caller's thread.</summary>
internal sealed class KeyValueConnection : IDisposable
{
    private readonly SqliteConnection reader;
    private readonly SqliteCommand get, tagsOf, putUse;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim writing = new(1);
    private ConcurrentDictionary<long, long> uses = new();
    private readonly UseNumbers useNumbers = new();

    public KeyValueConnection(SqliteConnection writer, SqliteConnection reader)
    {
        (Writer, this.reader) = (writer, reader);
        get = reader.Prepare("SELECT id, value, expires, tagged FROM entries WHERE namespace = $namespace AND key = $key", "$namespace", "$key");
        tagsOf = reader.Prepare("SELECT tag FROM tags WHERE entry = $entry ORDER BY tag", "$entry");
        putUse = writer.Prepare("UPDATE entries SET used = $used WHERE id = $id", "$used", "$id");
    }

    public SqliteConnection Writer { get; }

    /// <summary>A number for a use.</summary>
    public long NextUse(DateTimeOffset now) => useNumbers.Next(now.UtcTicks);

    /// <summary>The entry, or null when there is none or it has expired.</summary>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public KeyValueEntry? Get(long space, byte[] key, DateTimeOffset now)
    {
        lock (gate)
        {
            using var row = get.Set(space, key).ExecuteReader();
            if (!row.Read()) return null;
            DateTimeOffset? expires = row.IsDBNull(2) ? null : new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero);
            if (expires <= now) return null;
            var id = row.GetInt64(0);
            uses[id] = NextUse(now);
            return new KeyValueEntry(row.GetFieldValue<byte[]>(1), expires, row.GetInt64(3) == 0 ? [] : TagsOf(id));
        }
    }

    /// <summary>Runs a query with parameters and gives the first column of each row.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public List<T> Read<T>(string sql, params ReadOnlySpan<object> values)
    {
        try
        {
            lock (gate)
            {
                using var command = reader.Bind(sql, values);
                using var rows = command.ExecuteReader();
                var found = new List<T>();
                while (rows.Read()) found.Add(rows.GetFieldValue<T>(0));
                return found;
            }
        }
        catch (SqliteException failure)
        {
            throw Failed(failure);
        }
    }

    /// <summary>Runs changes in one transaction, alone in this process; waits up to five seconds for other processes.</summary>
    /// <exception cref="IOException">Nothing was changed.</exception>
    public async Task WriteAsync(Action<SqliteConnection> change, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            await Task.Run(() => Commit(change), cancellation);
        }
        catch (SqliteException failure)
        {
            throw Failed(failure);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Stores the uses noted by reads. Call inside <see cref="WriteAsync"/>.</summary>
    public void StoreUses()
    {
        if (uses.IsEmpty) return;
        var noted = Interlocked.Exchange(ref uses, new());
        foreach (var (id, used) in noted) putUse.Set(used, id).ExecuteNonQuery();
    }

    public void Dispose()
    {
        get.Dispose();
        tagsOf.Dispose();
        putUse.Dispose();
        reader.Dispose();
        Writer.Dispose();
        writing.Dispose();
    }

    private void Commit(Action<SqliteConnection> change)
    {
        using var transaction = Writer.BeginWrite();
        change(Writer);
        transaction.Commit();
    }

    private string[] TagsOf(long id)
    {
        using var rows = tagsOf.Set(id).ExecuteReader();
        var tags = new List<string>();
        while (rows.Read()) tags.Add(KeyValueText.FromBytes(rows.GetFieldValue<byte[]>(0)));
        return [.. tags];
    }

    private static IOException Failed(SqliteException failure) =>
        new($"The key-value file failed ({failure.Message}). Check its permissions and free space.", failure);
}
