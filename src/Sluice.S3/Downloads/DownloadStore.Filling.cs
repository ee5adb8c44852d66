using System.Collections.Concurrent;
using Sluice.Core.Sqlite;

namespace Sluice.S3.Downloads;

internal sealed partial class DownloadStore
{
    /// <summary>Signs come every two seconds.</summary>
    private static readonly TimeSpan Stillness = TimeSpan.FromMinutes(1);

    // Downloads of this process that ended when the index could not be written. As long as it says that they are under way every process waits for them.
    private readonly ConcurrentDictionary<string, bool> unended = new();

    /// <summary>Begins the download of a key; false while another one's is under way. That of a process which died is taken over.</summary>
    public bool TryBegin(string key)
    {
        var wasUnended = false;
        try
        {
            return Index.Write(connection =>
            {
                var holder = DownloadIndex.Read(connection, "SELECT owner FROM flights WHERE key = ?1", row => row.GetString(0), key);
                if (holder.Count > 0)
                {
                    if (IsUnderWay(key, holder[0])) return false;
                    Abandon(connection, key, holder[0]);
                }
                // Also where the index has none any more: this one would be ended in its place.
                wasUnended = unended.TryRemove(key, out _);
                connection.Execute("INSERT INTO flights VALUES (?1, ?2, 0)", key, owner.Id);
                return true;
            });
        }
        catch
        {
            if (wasUnended) unended[key] = true;
            throw;
        }
    }

    /// <summary>True while a download of a key is under way, in a process that lives.</summary>
    public bool IsUnderWay(string key) =>
        Index.Query("SELECT owner FROM flights WHERE key = ?1", row => row.GetString(0), key) is [var holder] && IsUnderWay(key, holder);

    private bool IsUnderWay(string key, string holder) => holder == owner.Id ? !unended.ContainsKey(key) : DownloadOwner.IsAlive(Root, holder);

    /// <summary>True when another process fetches a key and has shown no sign of life for a minute.</summary>
    public bool StandsStill(string key)
    {
        if (Index.Query("SELECT owner FROM flights WHERE key = ?1", row => row.GetString(0), key) is not [var holder] || holder == owner.Id) return false;
        // Programs that share the directory and give no signs yet write at least.
        var (sign, written) = (DownloadOwner.LastSign(Root, holder), File.GetLastWriteTimeUtc(PartPath(key, holder)));
        return (time.GetUtcNow() - (written > sign ? written : sign)).Duration() > Stillness;
    }

    /// <summary>Makes room for a download begun and reserves it, evicting what was used longest ago and is neither leased nor <paramref name="keep"/>; false when there is not enough of that, and then nothing is evicted.</summary>
    public bool Reserve(string key, long size, string keep = "") => Index.Write(connection =>
    {
        var now = time.GetUtcNow().UtcTicks;
        if (!notes.IsEmpty) Flush(connection);
        connection.Execute("UPDATE flights SET size = 0 WHERE key = ?1 AND owner = ?2", key, owner.Id);
        var free = new DriveInfo(Root).AvailableFreeSpace;
        // What others were promised and have not taken yet is not free, whatever the disk says. What they have taken is looked up only where it counts: with a thousand downloads under way that is a thousand files, for each of them.
        if (free - DownloadIndex.Read(connection, "SELECT coalesce(sum(size), 0) FROM flights", row => row.GetInt64(0))[0] < size)
            free -= DownloadIndex.Read(connection, "SELECT key, owner, size FROM flights WHERE size > 0", row => Math.Max(0, row.GetInt64(2) - DownloadCopy.Taken(PartPath(row.GetString(0), row.GetString(1))))).Sum();
        var isNew = DownloadIndex.Read(connection, "SELECT 1 FROM entries WHERE key = ?1", _ => 1, key).Count == 0;
        if (!Evict(connection, (size, isNew ? 1 : 0), free, now, keep)) return false;
        return connection.Execute("UPDATE flights SET size = ?3 WHERE key = ?1 AND owner = ?2", key, owner.Id, size) == 1;
    });

    /// <summary>Puts a whole file in its place, with <paramref name="lease"/> so that it stays. The download is over.</summary>
    public DownloadRow Commit(DownloadRow row, bool lease = false) => Index.Write(connection =>
    {
        MustBeCurrent();
        var part = PartPathOf(row.Key);
        var file = new FileInfo(part);
        var stored = row with { Size = file.Length, Stamp = file.LastWriteTimeUtc.Ticks, Created = NextUse(), Leased = lease ? LeaseEnd() : 0 };
        File.Move(part, PathOf(row.Key), overwrite: true);
        connection.Execute("DELETE FROM entries WHERE key = ?1", row.Key);
        connection.Execute($"INSERT INTO entries ({DownloadIndex.Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, 0, ?12, ?13)",
            stored.Key, stored.Url, stored.Place, stored.Length, stored.Size, stored.Packed ? 1 : 0, stored.ETag, stored.Modified, stored.Sha256, stored.Stamp, stored.Created, stored.Leased, unchecked((long?)stored.Crc));
        connection.Execute("DELETE FROM flights WHERE key = ?1 AND owner = ?2", row.Key, owner.Id);
        return stored;
    });

    /// <summary>Writes what turned out to be known about a file that was found in the directory.</summary>
    public DownloadRow Know(DownloadRow row) => Index.Write(connection =>
    {
        connection.Execute("UPDATE entries SET url = ?2, place = ?3, etag = ?4, modified = ?5, sha256 = ?6 WHERE key = ?1 AND created = ?7", row.Key, row.Url, row.Place, row.ETag, row.Modified, row.Sha256, row.Created);
        return row;
    });

    /// <summary>Ends a download that came to nothing.</summary>
    public void Abandon(string key)
    {
        unended[key] = true;
        EndAbandoned();
    }

    /// <summary>Ends those that could not be ended before.</summary>
    public void EndAbandoned()
    {
        if (unended.IsEmpty) return;
        var ended = new List<string>();
        try
        {
            Index.Write(connection =>
            {
                foreach (var key in unended.Keys)
                {
                    if (!unended.TryRemove(key, out _)) continue;
                    ended.Add(key);
                    Abandon(connection, key, owner.Id);
                }
                return 0;
            });
        }
        catch
        {
            foreach (var key in ended) unended[key] = true;
            throw;
        }
    }

    private void Abandon(SqliteStatements connection, string key, string ownerId)
    {
        connection.Execute("DELETE FROM flights WHERE key = ?1 AND owner = ?2", key, ownerId);
        DeleteFile(PartPath(key, ownerId));
    }

    /// <summary>Makes room for so much more; false when that cannot be, and then nothing is evicted. For nothing more: comes as near to the bounds as leases allow.</summary>
    private bool Evict(SqliteStatements connection, (long Bytes, int Entries) more, long free, long now, string keep = "")
    {
        var (bytes, entries) = more;
        var (held, count) = DownloadIndex.Read(connection, "SELECT bytes + (SELECT coalesce(sum(size), 0) FROM flights), entries + (SELECT count(*) FROM flights WHERE size > 0 AND key NOT IN (SELECT key FROM entries)) FROM totals", row => (row.GetInt64(0), row.GetInt64(1)))[0];
        var surplus = Math.Max(held + bytes - options.MaximumBytes, bytes - free);
        var tooMany = count + entries - options.MaximumEntries;
        if (surplus <= 0 && tooMany <= 0) return true;
        if (bytes > options.MaximumBytes) return false;
        var victims = new List<string>();
        DownloadIndex.Each(connection, "SELECT key, size FROM entries WHERE leased <= ?1 AND key <> ?2 ORDER BY used", row =>
        {
            victims.Add(row.GetString(0));
            (surplus, tooMany) = (surplus - row.GetInt64(1), tooMany - 1);
            return surplus > 0 || tooMany > 0;
        }, now, keep);
        if ((surplus > 0 || tooMany > 0) && bytes + entries > 0) return false;
        foreach (var key in victims) Delete(connection, key);
        connection.Execute("UPDATE totals SET evictions = evictions + ?1", victims.Count);
        return true;
    }

    private void Delete(SqliteStatements connection, string key)
    {
        MustBeCurrent();
        DeleteFile(PathOf(key));
        connection.Execute("DELETE FROM entries WHERE key = ?1", key);
    }
}
