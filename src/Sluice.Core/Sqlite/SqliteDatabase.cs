using Microsoft.Data.Sqlite;

namespace Sluice.Core.Sqlite;

/// <summary>Opens SQLite files the one way this program uses them: write-ahead log, foreign keys on, a busy timeout, no connection pool.</summary>
public static class SqliteDatabase
{
    /// <summary>How long a statement waits for another process's lock: 5 s.</summary>
    public const int BusyTimeoutSeconds = 5;

    /// <summary>SQLite's result code for a lock that another process keeps.</summary>
    internal const int Busy = 5;

    /// <summary>SQLite's result code for a damaged file.</summary>
    internal const int Corrupt = 11;

    /// <summary>SQLite's result code for a file that is not a database.</summary>
    internal const int NotADatabase = 26;

    /// <summary>Opens or creates a database file. A commit survives the death of the process; the last ones before a power cut may be lost (synchronous=NORMAL).</summary>
    /// <exception cref="SqliteException">The file cannot be opened, or is not a database.</exception>
    public static SqliteConnection Open(string path)
    {
        SqliteProvider.Initialize();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = BusyTimeoutSeconds,
        }.ToString());
        try
        {
            connection.Open();
            connection.Execute($"PRAGMA busy_timeout={BusyTimeoutSeconds * 1000}");
            connection.Execute("PRAGMA journal_mode=WAL");
            connection.Execute("PRAGMA synchronous=NORMAL");
            connection.Execute("PRAGMA foreign_keys=ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Begins a transaction, for one caller at a time; waits up to five seconds for another process's.</summary>
    public static SqliteWrite BeginWrite(this SqliteConnection connection) => new(connection);

    /// <summary>Refuses a file that another part of this program has made for itself: it is whole, and not to be put aside.</summary>
    /// <exception cref="IOException">It is such a file; the message says what to do.</exception>
    internal static void RefuseOthers(this SqliteConnection connection, string path, int applicationId)
    {
        // The first three letters of all of them are "SLU".
        const int Family = 0x534C55;
        var found = connection.ReadInteger("PRAGMA application_id");
        if (found >> 8 == Family && found != applicationId)
            throw new IOException($"{path} belongs to another part of this program (sluice serve and sluice get keep their caches apart). Choose another cache directory.");
    }

    /// <summary>Runs statements that answer nothing; how many rows they changed.</summary>
    public static int Execute(this SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = connection.Bind(sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row as an integer; 0 when there is none or it is NULL.</summary>
    public static long ReadInteger(this SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = connection.Bind(sql, values);
        return command.ExecuteScalar() is long value ? value : 0;
    }

    /// <summary>A statement with its values, which it names ?1, ?2 and so on.</summary>
    public static SqliteCommand Bind(this SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++) command.Parameters.Add(new SqliteParameter($"?{i + 1}", values[i] ?? DBNull.Value));
        return command;
    }

    /// <summary>A prepared statement whose parameters are set by position before each run (<see cref="Set"/>).</summary>
    public static SqliteCommand Prepare(this SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters) command.Parameters.Add(new SqliteParameter(name, null));
        return command;
    }

    /// <summary>Gives a prepared statement its values, in their order.</summary>
    public static SqliteCommand Set(this SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command;
    }

    /// <summary>Moves a damaged file out of the way, with what SQLite keeps beside it; the number N of its new name, which is the old one with .damaged-N.</summary>
    public static int MoveAside(string path)
    {
        var number = 1;
        while (File.Exists($"{path}.damaged-{number}")) number++;
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            if (File.Exists(path + suffix)) File.Move(path + suffix, $"{path}.damaged-{number}{suffix}");
        return number;
    }

    /// <summary>The SQLite library's version.</summary>
    public static string LibraryVersion
    {
        get
        {
            SqliteProvider.Initialize();
            return SQLitePCL.raw.sqlite3_libversion().utf8_to_string();
        }
    }

    /// <summary>True when the error says that another process kept its lock for longer than is waited.</summary>
    public static bool IsBusy(this SqliteException failure) => failure.SqliteErrorCode == Busy;

    /// <summary>True when the error says that the file itself is bad.</summary>
    public static bool IsDamage(this SqliteException failure) => failure.SqliteErrorCode is Corrupt or NotADatabase;
}
