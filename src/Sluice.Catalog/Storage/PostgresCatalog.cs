using Npgsql;

namespace Sluice.Catalog.Storage;

/// <summary>A catalog in PostgreSQL 15 or later: several machines.</summary>
internal sealed class PostgresCatalog : ICatalogDatabase
{
    // Any two numbers will do, as long as nothing else in the database uses them.
    private const long MigrationLock = 0x534C5543_00000001;
    private const long EventLock = 0x534C5543_00000002;

    // A restart of the database breaks every connection of the pool; a new one is there within a second or two.
    private static readonly TimeSpan[] Pauses = [TimeSpan.Zero, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    private readonly NpgsqlDataSource source;
    private readonly TimeProvider time;

    private PostgresCatalog(NpgsqlDataSource source, TimeProvider time) => (this.source, this.time) = (source, time);

    public SqlText ForUpdate { get; } = new("FOR UPDATE");

    public SqlText ForUpdateSkipLocked { get; } = new("FOR UPDATE SKIP LOCKED");

    /// <summary>Connects, and brings the tables up to date; whoever comes at the same time waits.</summary>
    /// <exception cref="IOException">The database cannot be reached or used; the message says what to do, without the password.</exception>
    public static async Task<PostgresCatalog> OpenAsync(string connection, TimeProvider time, CancellationToken cancellation)
    {
        var catalog = new PostgresCatalog(NpgsqlDataSource.Create(PostgresAddress.Read(connection)), time);
        try
        {
            await catalog.WriteAsync(session => MigrateAsync(session, cancellation), cancellation);
            return catalog;
        }
        catch
        {
            await catalog.DisposeAsync();
            throw;
        }
    }

    // A machine that stands still or is cut off with the lock in hand would keep everybody else's changes waiting, for hours if nothing tells the server that it is gone.
    public Task OrderEventsAsync(SqlSession session, CancellationToken cancellation) =>
        session.QueryAsync($"SELECT set_config('idle_in_transaction_session_timeout', '10s', true), pg_advisory_xact_lock({EventLock})", _ => 0, cancellation);

    public async Task<DateTimeOffset?> NowAsync(SqlSession session, CancellationToken cancellation) =>
        (await session.QueryAsync($"SELECT clock_timestamp()", row => row.GetFieldValue<DateTimeOffset>(0), cancellation))[0];

    public Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation) => TryAsync(async () =>
    {
        await using var connection = await ConnectAsync(cancellation);
        return await work(new SqlSession(connection, null));
    }, cancellation).WaitAsync(cancellation);

    public Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation) => CommitAsync(work, cancellation).WaitAsync(cancellation);

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<T> CommitAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation)
    {
        var (connection, transaction, result) = await TryAsync(async () =>
        {
            var connection = await ConnectAsync(cancellation);
            try
            {
                var transaction = await connection.BeginTransactionAsync(cancellation);
                return (connection, transaction, await work(new SqlSession(connection, transaction)));
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }, cancellation);
        await using (connection)
        await using (transaction)
        {
            try
            {
                cancellation.ThrowIfCancellationRequested();
                await transaction.CommitAsync(CancellationToken.None);
                return result;
            }
            catch (NpgsqlException e)
            {
                // Whether it took place is not known: trying again is for whoever asked.
                throw Failed(e);
            }
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            return await source.OpenConnectionAsync(cancellation);
        }
        catch (NpgsqlException e) when (source is NpgsqlMultiHostDataSource && e is not PostgresException)
        {
            // None of the servers can be written just now: one of them is about to start or to take over.
            throw new NpgsqlException(e.Message, new IOException((e.InnerException as AggregateException)?.InnerExceptions[^1].Message ?? e.Message, e));
        }
        catch (Exception e) when (e is not (NpgsqlException or OperationCanceledException))
        {
            // A certificate that cannot be read, or a limit that passed between two steps: whoever follows the catalog or works for it must not end by that.
            throw new NpgsqlException(e.Message, e);
        }
    }

    private async Task<T> TryAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (NpgsqlException e) when (attempt < Pauses.Length && IsPassing(e))
            {
                // Every other connection of the pool is as broken as this one.
                if (attempt == 0) source.Clear();
                await Task.Delay(Pauses[attempt], time, cancellation);
            }
            catch (NpgsqlException e)
            {
                throw Failed(e);
            }
        }
    }

    // "57P03" is a server that is starting or stopping, "57P05" one that waited too long for this process's next statement, "25006" one that became a standby:
    // its connections stay, for their hour, while another server has its name by now.
    private static bool IsPassing(NpgsqlException failure) => failure.IsTransient || failure is PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "57P05" or "25006" or "40P01" or "40001" };

    private static async Task<int> MigrateAsync(SqlSession session, CancellationToken cancellation)
    {
        await session.QueryAsync($"SELECT pg_advisory_xact_lock({MigrationLock})", _ => 0, cancellation);
        // IF NOT EXISTS asks for the right to create before it looks, which a role that only works with the tables need not have.
        if ((await session.QueryAsync($"SELECT to_regclass('sluice_format') IS NULL", row => row.GetBoolean(0), cancellation))[0])
            await session.ExecuteAsync($"CREATE TABLE sluice_format (version integer NOT NULL)", cancellation);
        var version = (await session.QueryAsync($"SELECT version FROM sluice_format", row => row.GetInt32(0), cancellation)).FirstOrDefault();
        if (version > Migrations.Steps.Length)
            throw new IOException($"The catalog's database was made by a newer version of this program (format {version}; this one knows {Migrations.Steps.Length}). Start the newer version.");
        if (version == Migrations.Steps.Length) return version;
        foreach (var step in Migrations.Steps.Skip(version))
            foreach (var statement in step)
            {
                var sql = new SqlText(statement.Replace("{serial}", "bigserial PRIMARY KEY", StringComparison.Ordinal).Replace("{uuid}", "uuid", StringComparison.Ordinal).Replace("{time}", "timestamptz", StringComparison.Ordinal));
                await session.ExecuteAsync($"{sql}", cancellation);
            }
        await session.ExecuteAsync($"DELETE FROM sluice_format", cancellation);
        await session.ExecuteAsync($"INSERT INTO sluice_format VALUES ({Migrations.Steps.Length})", cancellation);
        return Migrations.Steps.Length;
    }

    private static IOException Failed(NpgsqlException failure) =>
        new($"The catalog's database cannot be used ({(failure as PostgresException)?.MessageText ?? failure.InnerException?.Message ?? failure.Message}). Check that PostgreSQL runs, and catalog.database.", failure);
}
