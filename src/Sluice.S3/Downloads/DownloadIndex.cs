using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;

namespace Sluice.S3.Downloads;

/// <summary>What the cache directory holds, in SQLite: its pages in memory are the index in memory, and SQLite keeps those of several processes the same.</summary>
internal sealed class DownloadIndex : IDisposable
{
    public const string Columns = "key, url, place, length, size, packed, etag, modified, sha256, stamp, created, used, hits, leased, crc";

    /// <summary>How long nobody waits for a lock that somebody has waited for in vain.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly TimeProvider time;
    private readonly SqliteConnection reader, writer;
    private readonly SqliteStatements changes;
    private readonly SqliteCommand find;
    private readonly Lock reading = new(), writing = new();
    private (SqliteException Failure, long At)? busy;

    public DownloadIndex(string directory, TimeProvider time, ILogger log, bool thorough)
    {
        this.time = time;
        writer = DownloadIndexFile.Open(directory, log, thorough);
        try
        {
            reader = DownloadIndexFile.Open(directory, log, thorough: false);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
        changes = new(writer);
        find = reader.Prepare($"SELECT {Columns} FROM entries WHERE key = $key", "$key");
    }

    /// <summary>The entry; null when there is none.</summary>
    /// <exception cref="SqliteException">The index cannot be read.</exception>
    public DownloadRow? Find(string key)
    {
        lock (reading)
        {
            using var row = find.Set(key).ExecuteReader();
            return row.Read() ? Read(row) : null;
        }
    }

    /// <summary>Entries by a query that selects <see cref="Columns"/>; parameters are ?1, ?2 and so on.</summary>
    /// <exception cref="SqliteException">The index cannot be read.</exception>
    public List<DownloadRow> Rows(string sql, params ReadOnlySpan<object?> values) => Query(sql, Read, values);

    /// <summary>Whatever a query gives.</summary>
    /// <exception cref="SqliteException">The index cannot be read.</exception>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        lock (reading)
        {
            using var command = reader.Bind(sql, values);
            return All(command, read);
        }
    }

    /// <summary>Runs changes, of the index and of the files, alone among all processes. Waits up to five seconds for another one's; not while somebody has waited in vain a moment ago.</summary>
    /// <exception cref="SqliteException">Nothing in the index was changed.</exception>
    public T Write<T>(Func<SqliteStatements, T> change)
    {
        lock (writing)
        {
            // Each would wait as long as the first, one after the other, while a process stands still that has the lock.
            if (busy is { } last && time.GetElapsedTime(last.At) < Pause) throw new SqliteException(last.Failure.Message, last.Failure.SqliteErrorCode);
            using var transaction = Begin();
            var result = change(changes);
            transaction.Commit();
            return result;
        }
    }

    public void Dispose()
    {
        lock (reading)
        {
            find.Dispose();
            reader.Dispose();
        }
        lock (writing)
        {
            changes.Dispose();
            writer.Dispose();
        }
    }

    /// <summary>Reads inside <see cref="Write"/>.</summary>
    public static List<T> Read<T>(SqliteStatements connection, string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values) => All(connection.Bind(sql, values), read);

    /// <summary>Reads inside <see cref="Write"/> until <paramref name="goOn"/> has had enough.</summary>
    public static void Each(SqliteStatements connection, string sql, Func<SqliteDataReader, bool> goOn, params ReadOnlySpan<object?> values)
    {
        using var rows = connection.Bind(sql, values).ExecuteReader();
        while (rows.Read() && goOn(rows)) ;
    }

    private SqliteWrite Begin()
    {
        try
        {
            return writer.BeginWrite();
        }
        catch (SqliteException failure) when (failure.IsBusy())
        {
            busy = (failure, time.GetTimestamp());
            throw;
        }
    }

    public static DownloadRow Read(SqliteDataReader row) => new()
    {
        Key = row.GetString(0),
        Url = row.GetString(1),
        Place = row.GetString(2),
        Length = row.GetInt64(3),
        Size = row.GetInt64(4),
        Packed = row.GetInt64(5) == 1,
        ETag = row.IsDBNull(6) ? null : row.GetString(6),
        Modified = row.IsDBNull(7) ? null : row.GetString(7),
        Sha256 = row.IsDBNull(8) ? null : row.GetFieldValue<byte[]>(8),
        Stamp = row.GetInt64(9),
        Created = row.GetInt64(10),
        Used = row.GetInt64(11),
        Hits = row.GetInt64(12),
        Leased = row.GetInt64(13),
        Crc = row.IsDBNull(14) ? null : unchecked((ulong)row.GetInt64(14)),
    };

    private static List<T> All<T>(SqliteCommand command, Func<SqliteDataReader, T> read)
    {
        using var rows = command.ExecuteReader();
        var found = new List<T>();
        while (rows.Read()) found.Add(read(rows));
        return found;
    }
}
