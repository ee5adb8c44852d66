using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;

namespace Sluice.S3.Downloads;

/// <summary>The format of index.db in a cache directory. Several processes have it open.</summary>
internal static class DownloadIndexFile
{
    private const string StampFile = "index.db.id";

    // Times are ticks of 100 ns of UTC since 0001-01-01. The triggers keep the totals exact whichever process writes. "packed" is 0 for a plain file, 1 for a compressed one, 2 for one that is not worth it. "flights" are downloads under way, with the bytes reserved for them.
    private const string Schema = """
        CREATE TABLE entries (key TEXT PRIMARY KEY, url TEXT NOT NULL, place TEXT NOT NULL, length INTEGER NOT NULL, size INTEGER NOT NULL, packed INTEGER NOT NULL, etag TEXT, modified TEXT,
          sha256 BLOB, stamp INTEGER NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL, hits INTEGER NOT NULL, leased INTEGER NOT NULL, crc INTEGER) WITHOUT ROWID;
        CREATE INDEX entries_used ON entries (used, leased, size);
        CREATE INDEX entries_created ON entries (created, leased);
        CREATE TABLE flights (key TEXT PRIMARY KEY, owner TEXT NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE totals (entries INTEGER NOT NULL, bytes INTEGER NOT NULL, hits INTEGER NOT NULL, misses INTEGER NOT NULL, evictions INTEGER NOT NULL, expirations INTEGER NOT NULL,
          saved INTEGER NOT NULL, fetched INTEGER NOT NULL, swept INTEGER NOT NULL);
        INSERT INTO totals VALUES (0, 0, 0, 0, 0, 0, 0, 0, 0);
        CREATE TABLE accesses (id INTEGER PRIMARY KEY, key TEXT NOT NULL, size INTEGER NOT NULL, hit INTEGER NOT NULL, at INTEGER NOT NULL);
        CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN UPDATE totals SET entries = entries + 1, bytes = bytes + new.size; END;
        CREATE TRIGGER entry_deleted AFTER DELETE ON entries BEGIN UPDATE totals SET entries = entries - 1, bytes = bytes - old.size; END;
        CREATE TRIGGER entry_resized AFTER UPDATE OF size ON entries BEGIN UPDATE totals SET bytes = bytes + new.size - old.size; END;
        """;

    private const string HasCrc = "SELECT count(*) FROM pragma_table_info('entries') WHERE name = 'crc'";

    // "SLUD".
    private static readonly SqliteFormat Format = new("index of the download cache", 0x534C5544, 1, Schema,
        "SELECT (SELECT count(*) FROM flights) + (SELECT max(id) FROM accesses) + (SELECT swept FROM totals) + (SELECT max(created) FROM entries)");

    /// <summary>Opens or creates it; a damaged one is moved aside. A new one takes in the files that lie in the directory already.</summary>
    /// <exception cref="IOException">It cannot be used; the message says what to do.</exception>
    public static SqliteConnection Open(string directory, ILogger log, bool thorough)
    {
        var connection = Format.Open(Path.Combine(directory, "index.db"), DownloadEvents.IndexDamaged, log, connection => Create(directory, connection, log), thorough);
        try
        {
            // The first indexes had no CRC; programs that know none go on with it. Looked at once more inside: another process may be adding it too.
            if (connection.ReadInteger(HasCrc) == 0)
            {
                using var transaction = connection.BeginWrite();
                if (connection.ReadInteger(HasCrc) == 0) connection.Execute("ALTER TABLE entries ADD COLUMN crc INTEGER");
                transaction.Commit();
            }
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Which index a directory has: another value once that file was put aside or removed and a new one made. Processes that have the old one open see nothing of it otherwise.</summary>
    public static long Stamp(string directory) => File.GetLastWriteTimeUtc(Path.Combine(directory, StampFile)).Ticks;

    private static void Create(string directory, SqliteConnection connection, ILogger log)
    {
        File.WriteAllText(Path.Combine(directory, StampFile), Guid.NewGuid().ToString());
        Adopt(directory, connection, log);
    }

    // Of a lost index, or another program with the same layout (decision D17). What they are worth shows when they are asked for.
    private static void Adopt(string directory, SqliteConnection connection, ILogger log)
    {
        using var put = connection.Prepare("INSERT INTO entries VALUES ($key, '', '', $size, $size, 0, NULL, NULL, NULL, $stamp, $created, $created, 0, 0, NULL)", "$key", "$size", "$stamp", "$created");
        var count = 0;
        foreach (var shard in new DirectoryInfo(directory).EnumerateDirectories().Where(d => DownloadKey.IsShard(d.Name)))
            foreach (var file in shard.EnumerateFiles().Where(f => DownloadKey.IsKey(f.Name)))
            {
                put.Set(file.Name, file.Length, file.LastWriteTimeUtc.Ticks, file.LastWriteTimeUtc.Ticks).ExecuteNonQuery();
                count++;
            }
        if (count > 0) log.LogInformation(DownloadEvents.Adopted, "Found {Count} files in {Directory} without an index; each is compared with its object when it is asked for", count, directory);
    }
}
