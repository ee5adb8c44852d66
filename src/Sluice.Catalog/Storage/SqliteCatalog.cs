using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Sluice.Core.Sqlite;
using Sluice.Core.Storage;

namespace Sluice.Catalog.Storage;

/// <summary>A catalog in an SQLite file: no set-up, one machine, several processes.</summary>
internal sealed class SqliteCatalog : ICatalogDatabase
{
    private readonly string path;
    private readonly ConcurrentBag<SqliteConnection> readers = [];
    private readonly SqliteConnection writer;
    private readonly SemaphoreSlim writing = new(1);

    private SqliteCatalog(string path, SqliteConnection writer) => (this.path, this.writer) = (path, writer);

    public SqlText ForUpdate { get; } = new("");

    // A writer is alone.
    public SqlText ForUpdateSkipLocked { get; } = new("");

    /// <summary>Opens or creates the file.</summary>
    /// <exception cref="IOException">It cannot be used; the message says what to do.</exception>
    public static SqliteCatalog Open(string path)
    {
        try
        {
            OwnerOnly.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            // It holds the key of upload URLs.
            OwnerOnly.CreateFile(path);
            var writer = SqliteDatabase.Open(path);
            try
            {
                Migrate(writer, path);
                return new SqliteCatalog(path, writer);
            }
            catch
            {
                writer.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is SqliteException or UnauthorizedAccessException)
        {
            throw Unusable(path, e);
        }
    }

    public Task OrderEventsAsync(SqlSession session, CancellationToken cancellation) => Task.CompletedTask;

    public Task<DateTimeOffset?> NowAsync(SqlSession session, CancellationToken cancellation) => Task.FromResult<DateTimeOffset?>(null);

    public async Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation)
    {
        // SQLite reads its file at once, and a thread that sees to sockets has no time for that.
        if (!Thread.CurrentThread.IsThreadPoolThread) await Task.Yield();
        try
        {
            if (!readers.TryTake(out var connection)) connection = SqliteDatabase.Open(path);
            try
            {
                return await work(new SqlSession(connection, null));
            }
            finally
            {
                readers.Add(connection);
            }
        }
        catch (SqliteException e)
        {
            throw Failed(e);
        }
    }

    public async Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            // Waiting for another process's lock blocks the thread; the pool's own are for requests.
            return await Task.Run(async () =>
            {
                using var transaction = writer.BeginWrite();
                var result = await work(new SqlSession(writer, null));
                cancellation.ThrowIfCancellationRequested();
                transaction.Commit();
                return result;
            }, cancellation);
        }
        catch (SqliteException e)
        {
            throw Failed(e);
        }
        finally
        {
            writing.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var reader in readers) reader.Dispose();
        writer.Dispose();
        writing.Dispose();
        return default;
    }

    private static void Migrate(SqliteConnection connection, string path)
    {
        using var transaction = connection.BeginWrite();
        foreach (var step in Migrations.Steps.Skip(VersionOf(connection, path)))
            foreach (var statement in step)
                connection.Execute(statement.Replace("{serial}", "integer PRIMARY KEY AUTOINCREMENT", StringComparison.Ordinal).Replace("{uuid}", "text", StringComparison.Ordinal).Replace("{time}", "text", StringComparison.Ordinal));
        connection.Execute($"PRAGMA user_version = {Migrations.Steps.Length}");
        transaction.Commit();
    }

    /// <summary>The file's format; 0 before its tables are made.</summary>
    /// <exception cref="IOException">This program does not know it.</exception>
    internal static int VersionOf(SqliteConnection connection, string path) => connection.ReadInteger("PRAGMA user_version") is var version && version <= Migrations.Steps.Length
        ? (int)version
        : throw new IOException($"The catalog's database {path} was made by a newer version of this program (format {version}; this one knows {Migrations.Steps.Length}). Start the newer version.");

    private static IOException Failed(SqliteException failure) => new($"The catalog's database failed ({failure.Message}). {Advice(failure)}", failure);

    /// <summary>What is said of a file that cannot be opened.</summary>
    internal static IOException Unusable(string path, Exception failure) => new($"The catalog's database {path} cannot be used ({failure.Message}). {Advice(failure)}", failure);

    private static string Advice(Exception failure) => failure switch
    {
        SqliteException held when held.IsBusy() => "Another program holds it: end that one, and have it read a copy.",
        SqliteException damage when damage.IsDamage() => "It is damaged: put a backup of it in its place, or choose another folder with --catalog.",
        _ => "Check its permissions and free space, or choose another folder with --catalog.",
    };
}
