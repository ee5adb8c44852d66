using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;
using Sluice.Core.Storage;

namespace Sluice.Monitoring.History;

/// <summary>The database file of the history: its format, and what happens when it is not what this program wrote. Losing it costs charts, never service.</summary>
internal static partial class HistoryFile
{
    /// <summary>"SLUH".</summary>
    private const int ApplicationId = 0x534C5548;

    private const int FormatVersion = 1;

    private const int Corrupt = 11, NotADatabase = 26, Error = 1;

    // "level" is the length of a point in seconds, times are seconds since the Unix epoch, "data" is as PointFormat says.
    private const string Schema = """
        CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind INTEGER NOT NULL, bounds TEXT NOT NULL, UNIQUE (name, kind, bounds));
        CREATE TABLE points (level INTEGER NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (level, at)) WITHOUT ROWID;
        CREATE TABLE alerts (id INTEGER PRIMARY KEY, rule TEXT NOT NULL, severity INTEGER NOT NULL, message TEXT NOT NULL, value REAL NOT NULL, started INTEGER NOT NULL, resolved INTEGER);
        CREATE INDEX alerts_started ON alerts (started);
        CREATE TABLE marks (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
        CREATE INDEX marks_at ON marks (at);
        CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        """;

    /// <summary>Messages that a sink has not taken. Of the same format: files from before have it added, and older programs leave it alone.</summary>
    private const string Untaken = "CREATE TABLE IF NOT EXISTS untaken (id INTEGER PRIMARY KEY, sink TEXT NOT NULL, name TEXT NOT NULL, message TEXT NOT NULL, UNIQUE (sink, name))";

    /// <summary>Opens or creates the file; a damaged one is moved aside first. Null is a history that ends with the process.</summary>
    /// <exception cref="IOException">It cannot be used; the message says what to do.</exception>
    public static SqliteConnection Open(string? path, ILogger logger)
    {
        if (path is null) return Connect(":memory:");
        try
        {
            OwnerOnly.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            if (File.Exists(Mark(path))) MoveAside(path, "damage showed after it was opened", logger);
            return Connect(path);
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is Corrupt or NotADatabase or Error)
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

    /// <summary>Notes that damage showed after the file was opened: the next opening moves it aside.</summary>
    public static void MarkDamaged(string path)
    {
        try
        {
            File.WriteAllBytes(Mark(path), []);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Then it shows again.
        }
    }

    /// <summary>What is to be done about a file that cannot be written.</summary>
    public static string Advice(Exception failure) => failure switch
    {
        SqliteException damage when damage.IsDamage() => "Restart the server, which puts the damaged file aside.",
        SqliteException held when held.IsBusy() => "Another program holds the file: end it, and have it read a copy.",
        _ => "Check free space and permissions of the cache directory.",
    };

    /// <summary>What is said of a file that cannot be used.</summary>
    public static IOException Unusable(string path, Exception failure) =>
        new($"The history file {path} cannot be used ({failure.Message}). Check its permissions and free space, or move it away.", failure);

    private static string Mark(string path) => path + ".damaged";

    private static SqliteConnection Connect(string path)
    {
        var connection = SqliteDatabase.Open(path);
        try
        {
            if (connection.ReadInteger("PRAGMA user_version") == 0)
            {
                if (connection.ReadInteger("SELECT count(*) FROM sqlite_master") > 0) throw new SqliteException("it is not a history file", NotADatabase);
                connection.Execute("PRAGMA auto_vacuum=INCREMENTAL; VACUUM");
                using var transaction = connection.BeginWrite();
                connection.Execute(Schema);
                connection.Execute($"PRAGMA application_id={ApplicationId}; PRAGMA user_version={FormatVersion}");
                transaction.Commit();
            }

            var version = connection.ReadInteger("PRAGMA user_version");
            if (version > FormatVersion)
                throw new IOException($"The history file {path} was written by a newer version of this program (format {version}; this one knows {FormatVersion}). Start the newer version, or move the file away.");
            if (connection.ReadInteger("PRAGMA application_id") != ApplicationId) throw new SqliteException("it is not a history file", NotADatabase);
            connection.ReadInteger("SELECT (SELECT max(at) FROM points) + (SELECT max(id) FROM series) + (SELECT max(id) FROM alerts) + (SELECT max(id) FROM marks)");
            connection.Execute(Untaken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void MoveAside(string path, string reason, ILogger logger)
    {
        var number = SqliteDatabase.MoveAside(path);
        File.Delete(Mark(path));
        Damaged(logger, reason, Path.GetFileName(path), number);
    }

    [LoggerMessage(4201, LogLevel.Warning, "The history file was damaged ({Reason}) and is now {File}.damaged-{Number}; a new one is empty. The old one can be deleted")]
    private static partial void Damaged(ILogger logger, string reason, string file, int number);
}
