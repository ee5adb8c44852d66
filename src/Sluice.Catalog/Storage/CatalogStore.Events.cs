using Sluice.Catalog.Events;

namespace Sluice.Catalog.Storage;

internal sealed partial class CatalogStore
{
    private const int EventsAtOnce = 500;

    public Task<IReadOnlyList<CatalogEvent>> ReadEventsAsync(long after, CancellationToken cancellation = default) => database.ReadAsync<IReadOnlyList<CatalogEvent>>(async session =>
        await session.QueryAsync($"SELECT id, video_id, version, kind FROM events WHERE id > {after} ORDER BY id LIMIT {EventsAtOnce}",
            row => new CatalogEvent(row.GetInt64(0), row.GetGuid(1), row.GetInt64(2), Enum.Parse<CatalogEventKind>(row.GetString(3), ignoreCase: true)), cancellation), cancellation);

    public Task<long> LastEventAsync(CancellationToken cancellation = default) => database.ReadAsync(async session =>
        (await session.QueryAsync($"SELECT coalesce(max(id), 0) FROM events", row => row.GetInt64(0), cancellation))[0], cancellation);

    public Task PruneAsync(TimeSpan age, CancellationToken cancellation = default) => database.WriteAsync(async session =>
    {
        var before = await NowAsync(session, cancellation) - age;
        // The newest event stays: its number is what readers begin from.
        await session.ExecuteAsync($"DELETE FROM events WHERE created_at < {before} AND id < (SELECT max(id) FROM events)", cancellation);
        return await session.ExecuteAsync($"DELETE FROM jobs WHERE ended_at < {before}", cancellation);
    }, cancellation);
}
