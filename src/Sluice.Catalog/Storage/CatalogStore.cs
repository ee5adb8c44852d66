using System.Data.Common;
using Sluice.Catalog.Events;
using Sluice.Catalog.Jobs;
using Sluice.Catalog.Videos;

namespace Sluice.Catalog.Storage;

/// <summary>The rows, in a database of either kind: videos and settings. Jobs and events are in the other parts.</summary>
internal sealed partial class CatalogStore(ICatalogDatabase database, CatalogMeter meter, TimeProvider time) : ICatalogStore
{
    private static readonly SqlText Columns = new("id, user_id, title, status, original_url, hls_url, created_at, updated_at, version, generation, failure, duration");

    public async Task AddAsync(Video video, CancellationToken cancellation = default)
    {
        meter.Query("insert");
        await database.WriteAsync(session => session.ExecuteAsync($"""
            INSERT INTO videos ({Columns})
            VALUES ({video.Id}, {video.UserId}, {video.Title}, {VideoStatusText.Write(video.Status)}, {video.OriginalKey}, {video.HlsKey}, {video.CreatedAt}, {video.UpdatedAt},
              {video.Version}, {video.Generation}, {video.Failure}, {video.Duration})
            ON CONFLICT (id) DO NOTHING
            """, cancellation), cancellation);
    }

    public Task<Video?> FindAsync(Guid id, CancellationToken cancellation = default)
    {
        meter.Query("select");
        return database.ReadAsync(async session => (await session.QueryAsync($"SELECT {Columns} FROM videos WHERE id = {id}", ReadVideo, cancellation)).FirstOrDefault(), cancellation);
    }

    public Task<IReadOnlyList<Video>> ListAsync(VideoQuery query, CancellationToken cancellation = default)
    {
        meter.Query("select");
        var (time, id) = VideoCursor.Read(query.After);
        var limit = query.Limit + 1;
        return database.ReadAsync<IReadOnlyList<Video>>(async session => query.UserId is { } user
            ? await session.QueryAsync($"SELECT {Columns} FROM videos WHERE user_id = {user} AND (created_at, id) < ({time}, {id}) ORDER BY created_at DESC, id DESC LIMIT {limit}", ReadVideo, cancellation)
            : await session.QueryAsync($"SELECT {Columns} FROM videos WHERE (created_at, id) < ({time}, {id}) ORDER BY created_at DESC, id DESC LIMIT {limit}", ReadVideo, cancellation), cancellation);
    }

    public Task<bool> HasFilesAsync(CancellationToken cancellation = default)
    {
        meter.Query("select");
        var (ready, processing) = (VideoStatusText.Write(VideoStatus.Ready), VideoStatusText.Write(VideoStatus.Processing));
        return database.ReadAsync(async session => (await session.QueryAsync($"SELECT id FROM videos WHERE status IN ({ready}, {processing}) LIMIT 1", row => row.GetGuid(0), cancellation)).Count > 0, cancellation);
    }

    public Task<Video?> ChangeAsync(Guid id, Func<Video, VideoChange?> decide, Job? ending = null, CancellationToken cancellation = default) => database.WriteAsync(async session =>
    {
        meter.Query("select");
        await database.OrderEventsAsync(session, cancellation);
        var now = await NowAsync(session, cancellation);
        var video = (await session.QueryAsync($"SELECT {Columns} FROM videos WHERE id = {id} {database.ForUpdate}", ReadVideo, cancellation)).FirstOrDefault();
        if (video is null || (ending is not null && !await FinishAsync(session, ending, now, cancellation))) return null;
        if (decide(video) is not { } change) return video;

        var after = (change.Video ?? video) with { Version = video.Version + 1, UpdatedAt = now };
        meter.Query(change.Video is null ? "delete" : "update");
        if (change.Video is null) await session.ExecuteAsync($"DELETE FROM videos WHERE id = {id}", cancellation);
        else
            await session.ExecuteAsync($"""
                UPDATE videos SET title = {after.Title}, status = {VideoStatusText.Write(after.Status)}, hls_url = {after.HlsKey}, updated_at = {after.UpdatedAt}, version = {after.Version},
                  generation = {after.Generation}, failure = {after.Failure}, duration = {after.Duration} WHERE id = {id}
                """, cancellation);
        if (ending is not null && after.Failure is { } failure) await session.ExecuteAsync($"UPDATE jobs SET state = 'failed', error = {failure} WHERE id = {ending.Id}", cancellation);
        if (change.CancelsJobs) await CancelJobsAsync(session, id, now, cancellation);
        foreach (var job in change.Jobs) await AddJobAsync(session, id, job, now, cancellation);
        var kind = change.Video is null ? CatalogEventKind.Deleted : after.Status == VideoStatus.Ready ? CatalogEventKind.Published : CatalogEventKind.Changed;
        await session.ExecuteAsync($"INSERT INTO events (video_id, version, kind, created_at) VALUES ({id}, {after.Version}, {Word(kind)}, {now})", cancellation);
        return after;
    }, cancellation);

    public Task<string> ShareAsync(string name, string value, CancellationToken cancellation = default) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync($"INSERT INTO settings (name, value) VALUES ({name}, {value}) ON CONFLICT (name) DO NOTHING", cancellation);
        return (await session.QueryAsync($"SELECT value FROM settings WHERE name = {name}", row => row.GetString(0), cancellation))[0];
    }, cancellation);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    /// <summary>The time, as precise as every database keeps it, so that a row reads the same from all of them.</summary>
    private async Task<DateTimeOffset> NowAsync(SqlSession session, CancellationToken cancellation) => await database.NowAsync(session, cancellation) ?? CatalogTime.Now(time);

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static Video ReadVideo(DbDataReader row) => new()
    {
        Id = row.GetGuid(0),
        UserId = row.GetGuid(1),
        Title = row.GetString(2),
        Status = VideoStatusText.Read(row.GetString(3)),
        OriginalKey = row.GetString(4),
        HlsKey = Text(row, 5),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(6),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(7),
        Version = row.GetInt64(8),
        Generation = Text(row, 9),
        Failure = Text(row, 10),
        Duration = row.IsDBNull(11) ? null : row.GetDouble(11),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
