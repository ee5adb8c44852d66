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
            throw new IOException($"The catalog's database {path} cannot be used ({e.Message}). Check the file and its permissions, or choose another folder with --catalog.", e);
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
        var version = connection.ReadInteger("PRAGMA user_version");
        if (version > Migrations.Steps.Length)
            throw new IOException($"The catalog's database {path} was made by a newer version of this program (format {version}; this one knows {Migrations.Steps.Length}). Start the newer version.");
        foreach (var step in Migrations.Steps.Skip((int)version))
            foreach (var statement in step)
                connection.Execute(statement.Replace("{serial}", "integer PRIMARY KEY AUTOINCREMENT", StringComparison.Ordinal).Replace("{uuid}", "text", StringComparison.Ordinal).Replace("{time}", "text", StringComparison.Ordinal));
        connection.Execute($"PRAGMA user_version = {Migrations.Steps.Length}");
        transaction.Commit();
    }

    private static IOException Failed(SqliteException failure) =>
        new($"The catalog's database failed ({failure.Message}). Check its permissions and free space.", failure);
}
