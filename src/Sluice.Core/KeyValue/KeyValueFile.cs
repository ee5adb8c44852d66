using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;

namespace Sluice.Core.KeyValue;

/// <summary>The database file of <see cref="SqliteKeyValueStores"/>: its format, and what happens when it is not what this program wrote. Several processes may have it open.</summary>
internal static class KeyValueFile
{
    /// <summary>"SLUK".</summary>
    private const int ApplicationId = 0x534C554B;

    private const int FormatVersion = 1;

    // Times are ticks of 100 ns of UTC since 0001-01-01. "used" rises with each use, in this process's order. The triggers keep a namespace's totals exact whichever process writes.
    private const string Schema = """
        CREATE TABLE namespaces (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, entries INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE entries (id INTEGER PRIMARY KEY, namespace INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, size INTEGER NOT NULL, tagged INTEGER NOT NULL,
          expires INTEGER, used INTEGER NOT NULL, UNIQUE (namespace, key));
        CREATE INDEX entries_used ON entries (namespace, used);
        CREATE INDEX entries_expires ON entries (expires) WHERE expires IS NOT NULL;
        CREATE TABLE tags (namespace INTEGER NOT NULL, tag BLOB NOT NULL, entry INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
          PRIMARY KEY (namespace, tag, entry)) WITHOUT ROWID;
        CREATE INDEX tags_entry ON tags (entry);
        CREATE TABLE clock (seen INTEGER NOT NULL);
        INSERT INTO clock VALUES (0);
        CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN
          UPDATE namespaces SET entries = entries + 1, bytes = bytes + new.size WHERE id = new.namespace;
        END;
        CREATE TRIGGER entry_deleted AFTER DELETE ON entries BEGIN
          UPDATE namespaces SET entries = entries - 1, bytes = bytes - old.size WHERE id = old.namespace;
        END;
        """;

    /// <summary>Opens or creates the file; a damaged one is moved aside first.</summary>
    /// <exception cref="IOException">It cannot be used; the message says what to do.</exception>
    public static SqliteConnection Open(string path, ILogger logger)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return Connect(path);
        }
        catch (SqliteException failure) when (failure.IsDamage())
        {
            MoveAside(path, failure.Message, logger);
        }
        catch (Exception failure) when (failure is SqliteException or UnauthorizedAccessException)
        {
            throw Unusable(path, failure);
        }
        try
        {
            return Connect(path);
        }
        catch (SqliteException failure)
        {
            throw Unusable(path, failure);
        }
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = SqliteDatabase.Open(path);
        try
        {
            if (connection.ReadInteger("PRAGMA user_version") == 0) Create(connection);
            var version = connection.ReadInteger("PRAGMA user_version");
            if (version > FormatVersion)
                throw new IOException($"The key-value file {path} was written by a newer version of this program (format {version}; this one knows {FormatVersion}). Start the newer version, or move the file away.");
            if (connection.ReadInteger("PRAGMA application_id") != ApplicationId) throw new SqliteException("it is not a key-value file", SqliteDatabase.NotADatabase);
            connection.ReadInteger("SELECT (SELECT max(id) FROM entries) + (SELECT max(entry) FROM tags) + (SELECT max(id) FROM namespaces) + (SELECT seen FROM clock)");
            return connection;
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == 1)
        {
            connection.Dispose();
            throw new SqliteException(failure.Message, SqliteDatabase.NotADatabase);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // Under the write lock, and looked at once more inside: another process may be creating it too.
    private static void Create(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        if (connection.ReadInteger("PRAGMA user_version") == 0)
        {
            if (connection.ReadInteger("SELECT count(*) FROM sqlite_master") > 0) throw new SqliteException("it is not a key-value file", SqliteDatabase.NotADatabase);
            connection.Execute(Schema);
            connection.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {FormatVersion}");
        }
        transaction.Commit();
    }

    private static void MoveAside(string path, string reason, ILogger logger)
    {
        var number = 1;
        while (File.Exists($"{path}.damaged-{number}")) number++;
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            if (File.Exists(path + suffix)) File.Move(path + suffix, $"{path}.damaged-{number}{suffix}");
        logger.LogWarning(KeyValueEvents.Damaged, "The key-value file was damaged ({Reason}) and is now {File}.damaged-{Number}; a new one is empty. The old one can be deleted", reason, Path.GetFileName(path), number);
    }

    private static IOException Unusable(string path, Exception failure) =>
        new($"The key-value file {path} cannot be used ({failure.Message}). Check its permissions and free space, or choose another place.", failure);
}
