using Sluice.Catalog.Events;
using Sluice.Catalog.Jobs;

namespace Sluice.Catalog.Storage;

internal sealed partial class CatalogStore
{
    public Task<Job?> ClaimAsync(string owner, TimeSpan lease, bool transcodes = true, CancellationToken cancellation = default) => database.WriteAsync(async session =>
    {
        var now = await NowAsync(session, cancellation);
        // Added later than now, beyond what clocks differ by: the clock was set back since, and a video would wait until it has come round again. Nobody waits for deletions.
        var ahead = now + TimeSpan.FromMinutes(1);
        var due = await session.QueryAsync($"""
            SELECT id, video_id, kind, attempts FROM jobs
            WHERE ((state = 'queued' AND (run_at <= {now} OR (kind = 'transcode' AND attempts = 0 AND created_at > {ahead}))) OR (state = 'running' AND lease_until <= {now}))
                AND ({transcodes} OR kind <> 'transcode')
            ORDER BY run_at, id LIMIT 1 {database.ForUpdateSkipLocked}
            """, row => new Job(row.GetInt64(0), row.GetGuid(1), Enum.Parse<JobKind>(row.GetString(2), ignoreCase: true), row.GetInt32(3) + 1, owner), cancellation);
        if (due is not [var job]) return null;
        await session.ExecuteAsync($"UPDATE jobs SET state = 'running', attempts = {job.Attempt}, lease_owner = {owner}, lease_until = {now + lease}, stage = NULL, progress = NULL WHERE id = {job.Id}", cancellation);
        return job;
    }, cancellation);

    public Task<bool> ReportAsync(Job job, string stage, double progress, TimeSpan lease, CancellationToken cancellation = default) => database.WriteAsync(async session =>
        await session.ExecuteAsync($"""
            UPDATE jobs SET lease_until = {await NowAsync(session, cancellation) + lease}, stage = {stage}, progress = {progress}
            WHERE id = {job.Id} AND state = 'running' AND lease_owner = {job.Owner} AND attempts = {job.Attempt}
            """, cancellation) == 1, cancellation);

    public Task EndAsync(Job job, string? error, TimeSpan? pause, CancellationToken cancellation = default) => database.WriteAsync(async session =>
    {
        var state = pause is not null ? "queued" : error is null ? "done" : "failed";
        var tells = job.Kind == JobKind.Delete && state == "done";
        if (tells) await database.OrderEventsAsync(session, cancellation);
        var now = await NowAsync(session, cancellation);
        var ended = pause is null ? now : (DateTimeOffset?)null;
        var mine = await session.ExecuteAsync($"""
            UPDATE jobs SET state = {state}, error = {error}, run_at = {now + (pause ?? TimeSpan.Zero)}, ended_at = {ended}, lease_owner = NULL, lease_until = NULL
            WHERE id = {job.Id} AND state = 'running' AND lease_owner = {job.Owner} AND attempts = {job.Attempt}
            """, cancellation) == 1;
        // Told a second time: between the row's end and that of its files an edge may have fetched one of them again.
        if (mine && tells)
            await session.ExecuteAsync($"""
                INSERT INTO events (video_id, version, kind, created_at)
                VALUES ({job.VideoId}, (SELECT COALESCE(MAX(version), 0) FROM events WHERE video_id = {job.VideoId}), {Word(CatalogEventKind.Deleted)}, {now})
                """, cancellation);
        return mine;
    }, cancellation);

    public Task ReleaseAsync(Job job, string? error = null, CancellationToken cancellation = default) => database.WriteAsync(session => session.ExecuteAsync($"""
        UPDATE jobs SET state = 'queued', attempts = {job.Attempt - 1}, error = {error}, lease_owner = NULL, lease_until = NULL, stage = NULL, progress = NULL
        WHERE id = {job.Id} AND state = 'running' AND lease_owner = {job.Owner} AND attempts = {job.Attempt}
        """, cancellation), cancellation);

    public Task<JobReport?> FindJobAsync(Guid video, CancellationToken cancellation = default) => database.ReadAsync(async session =>
        (await session.QueryAsync($"SELECT state, attempts, stage, progress, error FROM jobs WHERE video_id = {video} AND kind = 'transcode' ORDER BY id DESC LIMIT 1",
            row => new JobReport(row.GetString(0), row.GetInt32(1), Text(row, 2), row.GetString(0) == "done" ? 1 : row.IsDBNull(3) ? 0 : row.GetDouble(3), Text(row, 4)), cancellation)).FirstOrDefault(), cancellation);

    private static async Task AddJobAsync(SqlSession session, Guid video, NewJob job, DateTimeOffset now, CancellationToken cancellation) =>
        await session.ExecuteAsync($"INSERT INTO jobs (video_id, kind, state, attempts, run_at, created_at) VALUES ({video}, {Word(job.Kind)}, 'queued', 0, {now + job.After}, {now})", cancellation);

    private static Task<int> CancelJobsAsync(SqlSession session, Guid video, DateTimeOffset now, CancellationToken cancellation) =>
        session.ExecuteAsync($"UPDATE jobs SET state = 'cancelled', ended_at = {now}, lease_owner = NULL, lease_until = NULL WHERE video_id = {video} AND state IN ('queued', 'running')", cancellation);

    private static async Task<bool> FinishAsync(SqlSession session, Job job, DateTimeOffset now, CancellationToken cancellation) =>
        await session.ExecuteAsync($"""
            UPDATE jobs SET state = 'done', error = NULL, progress = 1, ended_at = {now}, lease_owner = NULL, lease_until = NULL
            WHERE id = {job.Id} AND state = 'running' AND lease_owner = {job.Owner} AND attempts = {job.Attempt}
            """, cancellation) == 1;
}
