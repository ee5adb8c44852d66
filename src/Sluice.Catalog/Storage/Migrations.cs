namespace Sluice.Catalog.Storage;

/// <summary>The tables (row U095), one step for each change of them. A step that was released is never changed.</summary>
internal static class Migrations
{
    /// <summary>Steps in order; the database's format is how many it has been through. {serial}, {uuid} and {time} are types.</summary>
    public static readonly string[][] Steps =
    [
        [
            """
            CREATE TABLE videos (
              id {uuid} PRIMARY KEY, user_id {uuid} NOT NULL, title varchar(255) NOT NULL, status varchar(50) NOT NULL, original_url text, hls_url text,
              created_at {time} NOT NULL, updated_at {time} NOT NULL, version bigint NOT NULL, generation text, failure text, duration double precision)
            """,
            "CREATE INDEX videos_user ON videos (user_id, created_at)",
            "CREATE INDEX videos_status ON videos (status)",
            "CREATE INDEX videos_created ON videos (created_at, id)",
            """
            CREATE TABLE jobs (
              id {serial}, video_id {uuid} NOT NULL, kind varchar(20) NOT NULL, state varchar(20) NOT NULL, argument text, attempts integer NOT NULL, run_at {time} NOT NULL,
              lease_owner text, lease_until {time}, stage text, progress double precision, error text, created_at {time} NOT NULL, ended_at {time})
            """,
            "CREATE INDEX jobs_due ON jobs (run_at) WHERE state IN ('queued', 'running')",
            "CREATE UNIQUE INDEX jobs_transcode ON jobs (video_id) WHERE kind = 'transcode' AND state IN ('queued', 'running')",
            "CREATE INDEX jobs_video ON jobs (video_id)",
            "CREATE TABLE events (id {serial}, video_id {uuid} NOT NULL, version bigint NOT NULL, kind varchar(20) NOT NULL, created_at {time} NOT NULL)",
            "CREATE TABLE settings (name varchar(50) PRIMARY KEY, value text NOT NULL)",
        ],
    ];
}
