using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;

namespace Sluice.Monitoring.History;

/// <summary>The database file of the history: its format, and what happens when it is not what this program wrote. Losing it costs charts, never service.</summary>
internal static class HistoryFile
{
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

    // "SLUH".
    private static readonly SqliteFormat Format = new("history file", 0x534C5548, 1, Schema,
        "SELECT (SELECT max(at) FROM points) + (SELECT max(id) FROM series) + (SELECT max(id) FROM alerts) + (SELECT max(id) FROM marks)");

    private static readonly EventId Damaged = new(4201, nameof(Damaged));

    /// <summary>Opens or creates the file; a damaged one is moved aside first. Null is a history that ends with the process.</summary>
    /// <exception cref="IOException">It cannot be used; the message says what to do.</exception>
    /// <exception cref="SqliteException">Nor once it is open.</exception>
    public static SqliteConnection Open(string? path, ILogger logger)
    {
        if (path is not null && File.Exists(Mark(path)))
        {
            Format.MoveAside(path, "damage showed after it was opened", Damaged, logger);
            File.Delete(Mark(path));
        }

        var connection = path is null ? SqliteDatabase.Open(":memory:") : Format.Open(path, Damaged, logger);
        try
        {
            if (path is null) connection.Execute(Schema);
            // Can only be said of a file outside of a transaction.
            if (connection.ReadInteger("PRAGMA auto_vacuum") == 0) connection.Execute("PRAGMA auto_vacuum=INCREMENTAL; VACUUM");
            connection.Execute(Untaken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
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
}
