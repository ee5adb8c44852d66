namespace Sluice.Catalog.Storage;

/// <summary>A kind of database: its connections, and where its SQL differs.</summary>
internal interface ICatalogDatabase : IAsyncDisposable
{
    /// <summary>Ends a SELECT whose rows this transaction is going to change.</summary>
    SqlText ForUpdate { get; }

    /// <summary>Ends a SELECT of one job to take: rows that another worker is just taking are passed over.</summary>
    SqlText ForUpdateSkipLocked { get; }

    /// <summary>Runs first in a transaction that adds events: their numbers then rise in the order of the commits, so that no reader passes one over.</summary>
    Task OrderEventsAsync(SqlSession session, CancellationToken cancellation);

    /// <summary>The time by which jobs are leased: the database's own where several machines share it, so that none of their clocks counts; null where this process's is as good.</summary>
    Task<DateTimeOffset?> NowAsync(SqlSession session, CancellationToken cancellation);

    /// <summary>Runs queries.</summary>
    /// <exception cref="IOException">The database cannot be reached, or failed.</exception>
    Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation);

    /// <summary>Runs statements in a transaction and commits it. <paramref name="work"/> may run again when the connection broke before the commit.</summary>
    /// <exception cref="IOException">The database cannot be reached, or failed; nothing was changed, unless the connection broke during the commit.</exception>
    Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken cancellation);
}
