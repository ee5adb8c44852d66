using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;
using Sluice.Core.Storage;

namespace Sluice.Core.Disk;

/// <summary>The file index.db: its format, and what happens when it is not what this program wrote.</summary>
internal sealed class IndexFile(string directory, int chunkSize, ILogger logger)
{
    /// <summary>"SLUI".</summary>
    private const int ApplicationId = 0x534C5549;

    /// <summary>Version of the tables and of how bodies lie on disk. A higher one is never touched.</summary>
    public const int FormatVersion = 1;

    private const string Schema = """
        CREATE TABLE settings (chunk_size INTEGER NOT NULL, objects INTEGER NOT NULL, bytes INTEGER NOT NULL);
        CREATE TABLE objects (id INTEGER PRIMARY KEY, name BLOB NOT NULL, identity INTEGER NOT NULL, key TEXT NOT NULL, metadata BLOB NOT NULL,
          length INTEGER NOT NULL, chunks INTEGER NOT NULL, bytes INTEGER NOT NULL, last_used INTEGER NOT NULL);
        CREATE INDEX objects_key ON objects (key);
        CREATE TABLE chunks (object INTEGER NOT NULL, chunk INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (object, chunk)) WITHOUT ROWID;
        """;

    private readonly string path = PathIn(directory);
    private readonly string mark = System.IO.Path.Combine(directory, "index.damaged");

    /// <summary>The database file of a cache directory.</summary>
    public static string PathIn(string directory) => System.IO.Path.Combine(directory, "index.db");

    /// <summary>The database file.</summary>
    public string Path => path;

    /// <summary>True when the index starts empty, so that every body file there is has no row.</summary>
    public bool StartedEmpty { get; private set; }

    /// <summary>Opens or creates it. A damaged one is moved aside, one for another chunk size deleted.</summary>
    /// <exception cref="IOException">It cannot be used; the message says what to do.</exception>
    public SqliteConnection Open()
    {
        if (File.Exists(mark)) MoveAside("an earlier run found it damaged");
        try
        {
            if (TryOpen() is { } connection) return connection;
        }
        catch (SqliteException failure) when (failure.IsDamage() || IsForeign(failure))
        {
            MoveAside(failure.Message);
        }
        catch (SqliteException failure)
        {
            var message = $"The cache index {path} cannot be opened ({failure.Message}). Check the directory's permissions and free space, or choose another cache directory.";
            throw NoRoomException.IsSo(directory) ? new NoRoomException(message, failure) : new IOException(message, failure);
        }
        return TryOpen() ?? throw new IOException($"The cache index {path} cannot be created. Delete it, or choose another cache directory.");
    }

    /// <summary>Notes that the index was found damaged while running: the next start moves it aside.</summary>
    public void MarkDamaged()
    {
        try
        {
            File.WriteAllBytes(mark, []);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(DiskEvents.IndexDamaged, failure, "Could not note that the index is damaged");
        }
    }

    /// <summary>The open database, or null after a file for another chunk size was deleted.</summary>
    private SqliteConnection? TryOpen()
    {
        var connection = SqliteDatabase.Open(path);
        var keep = false;
        try
        {
            connection.RefuseOthers(path, ApplicationId);
            var version = connection.ReadInteger("PRAGMA user_version");
            if (version > FormatVersion)
                throw new IOException($"The cache directory {directory} was written by a newer version of this program (format {version}; this one knows {FormatVersion}). Start the newer version, choose another cache directory, or delete this one.");
            if (version == 0) Create(connection);
            else if (connection.ReadInteger("PRAGMA application_id") != ApplicationId) throw new SqliteException("it is not a cache index", SqliteDatabase.NotADatabase);
            keep = connection.ReadInteger("SELECT chunk_size FROM settings") == chunkSize;
            // Every table is looked at here, so that a missing one shows now and not in the middle of a request.
            connection.ReadInteger("SELECT (SELECT max(id) FROM objects) + (SELECT max(object) FROM chunks) + (SELECT objects + bytes FROM settings)");
            if (keep) return connection;
        }
        finally
        {
            if (!keep) connection.Dispose();
        }
        logger.LogWarning(DiskEvents.Emptied, "The cache in {Directory} was written with another chunk size and is emptied", directory);
        foreach (var suffix in new[] { "", "-wal", "-shm" }) File.Delete(path + suffix);
        return null;
    }

    private void Create(SqliteConnection connection)
    {
        if (connection.ReadInteger("SELECT count(*) FROM sqlite_master") > 0) throw new SqliteException("it is not a cache index", SqliteDatabase.NotADatabase);
        using var transaction = connection.BeginWrite();
        connection.Execute(Schema);
        connection.Execute($"INSERT INTO settings VALUES ({chunkSize}, 0, 0); PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {FormatVersion}");
        transaction.Commit();
        StartedEmpty = true;
    }

    /// <summary>A statement that fails on a good file: tables are missing or other than ours.</summary>
    private static bool IsForeign(SqliteException failure) => failure.SqliteErrorCode == 1;

    private void MoveAside(string reason)
    {
        var number = SqliteDatabase.MoveAside(path);
        File.Delete(mark);
        logger.LogWarning(DiskEvents.IndexDamaged, "The cache index was damaged ({Reason}) and is now index.db.damaged-{Number}; the cache starts empty. That file can be deleted", reason, number);
    }
}
