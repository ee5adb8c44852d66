using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;

namespace Sluice.S3.Downloads;

internal sealed partial class DownloadStore
{
    private const int Batch = 100;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1), ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>Deletes what is past its time or beyond the bounds, files that no entry has, and what dead processes left. One process at a time does it, once a minute; false when it was not this one's turn, or its index was replaced: what that one knows says nothing about the files.</summary>
    public bool Sweep(bool always, CancellationToken cancellation)
    {
        if (!IsCurrent) return false;
        var now = time.GetUtcNow().UtcTicks;
        var due = Index.Write(connection => connection.Execute("UPDATE totals SET swept = ?1 WHERE swept <= ?2 OR swept > ?1", now, now - SweepEvery.Ticks));
        if (due == 0 && !always) return false;
        Index.Write(connection => SetRight(connection, now));
        for (var count = Batch; count == Batch && !cancellation.IsCancellationRequested;) count = DeleteExpired(now);
        // Bounds may have been lowered, or another cache directory moved here.
        Index.Write(connection => Evict(connection, (0, 0), free: 0, now));
        foreach (var (key, holder) in Index.Query("SELECT key, owner FROM flights", row => (row.GetString(0), row.GetString(1))))
            if (holder != owner.Id && !DownloadOwner.IsAlive(Root, holder))
                Index.Write(connection =>
                {
                    Abandon(connection, key, holder);
                    return 0;
                });
        DownloadOwner.Sweep(Root);
        DeleteOrphans(cancellation);
        if (options.Compress) PackIdle(cancellation);
        return true;
    }

    // What was used while the clock was ahead would not be evicted, nor its lease or its time be over, until the clock has come round to then.
    private static int SetRight(SqliteStatements connection, long now) => connection.Execute(
        "UPDATE entries SET leased = CASE WHEN leased > used THEN leased - used + ?1 ELSE leased END, created = min(created, ?1), used = ?1 WHERE used > ?1 + ?2", now, ClockTolerance.Ticks);

    private int DeleteExpired(long now) => Index.Write(connection =>
    {
        var expired = DownloadIndex.Read(connection, "SELECT key FROM entries WHERE created <= ?1 AND leased <= ?2 ORDER BY created LIMIT ?3", row => row.GetString(0), now - options.TimeToLive.Ticks, now, Batch);
        foreach (var key in expired) Delete(connection, key);
        if (expired.Count > 0) connection.Execute("UPDATE totals SET expirations = expirations + ?1", expired.Count);
        return expired.Count;
    });

    private void DeleteOrphans(CancellationToken cancellation)
    {
        var (orphans, known) = (new List<string>(), 0L);
        foreach (var shard in new DirectoryInfo(Root).EnumerateDirectories().Where(directory => DownloadKey.IsShard(directory.Name)))
        {
            if (cancellation.IsCancellationRequested) return;
            foreach (var file in shard.EnumerateFiles())
            {
                if (!DownloadKey.IsKey(file.Name))
                {
                    if (IsDeadPart(file.Name)) orphans.Add(file.FullName);
                }
                else if (Index.Find(file.Name) is null) orphans.Add(file.FullName);
                else known++;
            }
        }
        if (known < Index.Query("SELECT entries FROM totals", row => row.GetInt64(0))[0]) DeleteEntriesWithoutFile();
        if (orphans.Count == 0) return;
        // Looked at once more under the lock: a file is put in its place before its entry is there to be seen.
        Index.Write(connection =>
        {
            MustBeCurrent();
            foreach (var path in orphans)
                if (!DownloadKey.IsKey(Path.GetFileName(path)) || DownloadIndex.Read(connection, "SELECT 1 FROM entries WHERE key = ?1", row => 1, Path.GetFileName(path)).Count == 0)
                    File.Delete(path);
            return 0;
        });
        log.LogDebug("Deleted {Count} files without an entry", orphans.Count);
    }

    // What a process leaves that is killed between the deletion of a file and that of its entry.
    // Looked for without the lock, so that nobody waits for a look at every file, and looked at once more under it.
    private void DeleteEntriesWithoutFile()
    {
        var gone = Index.Query("SELECT key FROM entries", row => row.GetString(0)).FindAll(key => !File.Exists(PathOf(key)));
        if (gone.Count == 0) return;
        Index.Write(connection =>
        {
            foreach (var key in gone)
                if (!File.Exists(PathOf(key))) connection.Execute("DELETE FROM entries WHERE key = ?1", key);
            return 0;
        });
    }

    // KEY.OWNER.part
    private bool IsDeadPart(string name) =>
        name.Split('.') is [{ } key, { } holder, "part"] && DownloadKey.IsKey(key) && holder != owner.Id && !DownloadOwner.IsAlive(Root, holder);
}
