namespace Sluice.S3.Downloads;

internal sealed partial class DownloadStore
{
    /// <summary>Entries by a query for <see cref="DownloadIndex.Columns"/>.</summary>
    public IReadOnlyList<S3DownloadEntry> Entries(string sql) => Index.Rows(sql).ConvertAll(Entry);

    public S3DownloadStatistics Statistics() => Index.Query("SELECT hits, misses, evictions, expirations, bytes + (SELECT coalesce(sum(size), 0) FROM flights), entries, saved, fetched FROM totals", row => new S3DownloadStatistics
    {
        Hits = row.GetInt64(0), Misses = row.GetInt64(1), Evictions = row.GetInt64(2), Expirations = row.GetInt64(3), TotalSize = row.GetInt64(4), EntryCount = row.GetInt64(5),
        SavedBytes = row.GetInt64(6), FetchedBytes = row.GetInt64(7), MaximumSize = options.MaximumBytes, MaximumEntries = options.MaximumEntries, MostUsed = [],
    })[0] with { MostUsed = Entries($"SELECT {DownloadIndex.Columns} FROM entries WHERE hits > 0 ORDER BY hits DESC, used DESC LIMIT 10") };

    public bool Remove(string key) => Index.Find(key) is { } row && Remove(row);

    public int Clear() => Index.Write(connection =>
    {
        var keys = DownloadIndex.Read(connection, "SELECT key FROM entries", row => row.GetString(0));
        foreach (var key in keys) Delete(connection, key);
        connection.Execute("DELETE FROM accesses");
        connection.Execute("UPDATE totals SET hits = 0, misses = 0, evictions = 0, expirations = 0, saved = 0, fetched = 0");
        return keys.Count;
    });

    /// <summary>Deletes files that are not what was fetched. One that is gone is not held any more, and not damaged.</summary>
    public IReadOnlyList<S3DownloadEntry> Verify(CancellationToken cancellation)
    {
        var damaged = new List<S3DownloadEntry>();
        foreach (var row in Index.Rows($"SELECT {DownloadIndex.Columns} FROM entries WHERE url <> ''"))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if (!Check(row) && Index.Find(row.Key)?.Created == row.Created && Remove(row)) damaged.Add(Entry(row));
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
            {
                Remove(row);
            }
        }
        return damaged;
    }

    // Who reads it all may as well hash it.
    private bool Check(DownloadRow row)
    {
        try
        {
            var sums = DownloadSums.Of(PathOf(row.Key), row.Packed, hash: true);
            if ((row.Crc ?? sums.Crc) != sums.Crc || !(row.Sha256 ?? sums.Sha256).AsSpan().SequenceEqual(sums.Sha256)) return false;
            if (row.Sha256 is null) Index.Write(connection => connection.Execute("UPDATE entries SET sha256 = ?3 WHERE key = ?1 AND created = ?2", row.Key, row.Created, sums.Sha256));
            return true;
        }
        catch (Exception damage) when (damage is InvalidDataException or InvalidOperationException)
        {
            return false;
        }
    }

    private S3DownloadEntry Entry(DownloadRow row) => new()
    {
        Key = row.Key, S3Url = row.Url, FilePath = PathOf(row.Key), Size = row.Size, Length = row.Length, ETag = row.ETag,
        Sha256 = row.Sha256 is { } hash ? Convert.ToHexStringLower(hash) : null,
        CreatedAt = new(row.Created, TimeSpan.Zero), LastAccessedAt = new(row.Used, TimeSpan.Zero), HitCount = row.Hits,
        LeasedUntil = row.Leased > time.GetUtcNow().UtcTicks ? new(row.Leased, TimeSpan.Zero) : null,
    };
}
