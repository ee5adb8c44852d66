using Microsoft.Data.Sqlite;

namespace Sluice.Core.Sqlite;

/// <summary>A transaction that holds the write lock from its beginning. Disposing one that was not committed undoes it, and leaves the connection as usable as before.</summary>
/// <remarks>SqliteTransaction is not used: when a COMMIT fails for want of space, SQLite has rolled back on its own, that class then fails to, and its connection begins no other one for good.</remarks>
public sealed class SqliteWrite : IDisposable
{
    private readonly SqliteConnection connection;

    internal SqliteWrite(SqliteConnection connection)
    {
        this.connection = connection;
        connection.Execute("BEGIN IMMEDIATE");
    }

    /// <summary>Makes the changes last.</summary>
    /// <exception cref="SqliteException">Nothing was changed.</exception>
    public void Commit() => connection.Execute("COMMIT");

    /// <summary>Undoes what was not committed.</summary>
    public void Dispose()
    {
        // After the gravest errors SQLite has rolled back on its own, and a closed connection has no handle.
        if (connection.Handle is { } handle && SQLitePCL.raw.sqlite3_get_autocommit(handle) == 0) connection.Execute("ROLLBACK");
    }
}
