using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.KeyValue;
using Sluice.Core.Sqlite;
using Sluice.Core.Storage;

namespace Sluice.S3.Downloads;

/// <summary>The cache directory: files under {two digits}/{key}, and their index. Files are added, replaced and deleted under the index's write lock only, so that index and files agree in every process.</summary>
internal sealed partial class DownloadStore : IDisposable
{
    /// <summary>Calls that are remembered for the report.</summary>
    public const int RememberedAccesses = 100_000;

    private readonly S3DownloadCacheOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly DownloadOwner owner;
    private ConcurrentQueue<DownloadNote> notes = new();
    private readonly long stamp;
    private readonly UseNumbers useNumbers = new();

    /// <summary>Opens or creates the directory; thoroughly: looks at all of the index, because damage has shown.</summary>
    /// <exception cref="IOException">It cannot be used.</exception>
    public DownloadStore(S3DownloadCacheOptions options, TimeProvider time, ILogger log, bool thorough = false)
    {
        (this.options, this.time, this.log) = (options, time, log);
        Root = Path.GetFullPath(options.Directory);
        // What one user may read of a bucket others may not.
        OwnerOnly.CreateDirectory(Root);
        do
        {
            // Taken before: an index that is replaced while it is opened is opened once more.
            stamp = DownloadIndexFile.Stamp(Root);
            Index?.Dispose();
            Index = new(Root, time, log, thorough);
        }
        while (!IsCurrent);
        try
        {
            DownloadBoot.Look(Root, Index);
            owner = DownloadOwner.Register(Root);
        }
        catch
        {
            Index.Dispose();
            throw;
        }
    }

    /// <summary>The cache directory.</summary>
    public string Root { get; }

    public DownloadIndex Index { get; }

    /// <summary>False once another process has put the index aside, because it was damaged, or somebody has deleted it: what is written to this one nobody reads.</summary>
    public bool IsCurrent => DownloadIndexFile.Stamp(Root) == stamp;

    /// <summary>Where a file lies.</summary>
    public string PathOf(string key) => Path.Combine(Root, DownloadKey.RelativePath(key));

    /// <summary>Where this process writes a file until it is whole.</summary>
    public string PartPathOf(string key) => PartPath(key, owner.Id);

    /// <summary>A number for a use by this process.</summary>
    public long NextUse() => useNumbers.Next(time.GetUtcNow().UtcTicks);

    /// <summary>The entry of a key, as long as its time is not over and it came from this server.</summary>
    public DownloadRow? Find(string key, string place) =>
        Index.Find(key) is { } row && row.Created > time.GetUtcNow().UtcTicks - options.TimeToLive.Ticks && (row.Place == place || !row.IsKnown) ? row : null;

    /// <summary>Sees that a file is whole and, with <paramref name="lease"/>, that it stays; false when it is gone or damaged, and then it is no longer held.</summary>
    public bool HandOut(DownloadRow row, bool lease)
    {
        // First the lease, then the look: what is there under a lease stays there.
        if (lease && !Lease(row)) return false;
        var file = new FileInfo(PathOf(row.Key));
        if (!file.Exists)
        {
            Remove(row);
            return false;
        }
        if (file.Length == row.Size && (file.LastWriteTimeUtc.Ticks == row.Stamp || IsUnchanged(row, file))) return true;
        // Not removed: it was packed, unpacked or replaced since the row was read.
        if (Remove(row)) log.LogWarning(DownloadEvents.FileDamaged, "The cached file of {Url} was damaged or written to, and is fetched anew", row.Url);
        return false;
    }

    /// <summary>Shows other processes that this one goes on.</summary>
    public void Sign() => owner.Sign(time.GetUtcNow());

    /// <summary>Counts a call.</summary>
    public void Note(string key, long length, long fetched, bool hit) => notes.Enqueue(new(key, length, fetched, hit, NextUse()));

    /// <summary>Writes what was counted.</summary>
    public void Flush()
    {
        if (!notes.IsEmpty) Index.Write(connection => Flush(connection));
    }

    /// <summary>Deletes an entry and its file, unless one of them is another by now.</summary>
    public bool Remove(DownloadRow row) => Index.Write(connection =>
    {
        MustBeCurrent();
        if (connection.Execute("DELETE FROM entries WHERE key = ?1 AND created = ?2 AND stamp = ?3", row.Key, row.Created, row.Stamp) == 0) return false;
        DeleteFile(PathOf(row.Key));
        return true;
    });

    public void Dispose()
    {
        try
        {
            Flush();
            Index.Write(connection => connection.Execute("DELETE FROM flights WHERE owner = ?1", owner.Id));
        }
        catch (SqliteException failure)
        {
            log.LogDebug(DownloadEvents.CleaningFailed, failure, "The last uses could not be written");
        }
        Index.Dispose();
        owner.Dispose();
    }

    // A folder that somebody removed is no failure.
    private static void DeleteFile(string path)
    {
        if (Directory.Exists(Path.GetDirectoryName(path))) File.Delete(path);
    }

    // Before a file is deleted or replaced: it may be the new index's. Under the lock of an old index nobody waits.
    private void MustBeCurrent()
    {
        if (!IsCurrent) throw new IOException("its index was replaced");
    }

    private string PartPath(string key, string ownerId) => $"{PathOf(key)}.{ownerId}.part";

    private bool Lease(DownloadRow row)
    {
        var now = time.GetUtcNow().UtcTicks;
        if (options.Lease <= TimeSpan.Zero || row.Leased - now >= options.Lease.Ticks) return true;
        // Of many that come at once, one writes.
        if (Index.Find(row.Key) is { } current && current.Created == row.Created && current.Leased - now >= options.Lease.Ticks) return true;
        return Index.Write(connection => connection.Execute("UPDATE entries SET leased = max(leased, ?3) WHERE key = ?1 AND created = ?2", row.Key, row.Created, LeaseEnd())) == 1;
    }

    // A fifth more than promised, so that not every hit has to write.
    private long LeaseEnd() => options.Lease > TimeSpan.Zero ? time.GetUtcNow().UtcTicks + (options.Lease.Ticks / 5 * 6) : 0;

    private bool IsUnchanged(DownloadRow row, FileInfo file)
    {
        if (row.Packed || !DownloadSums.Fit(row, file.FullName)) return false;
        Index.Write(connection => connection.Execute("UPDATE entries SET stamp = ?3 WHERE key = ?1 AND created = ?2", row.Key, row.Created, file.LastWriteTimeUtc.Ticks));
        return true;
    }

    private int Flush(SqliteStatements connection)
    {
        var noted = Interlocked.Exchange(ref notes, new());
        long hits = 0, saved = 0, fetched = 0;
        foreach (var note in noted)
        {
            fetched += note.Fetched;
            if (note.Hit) (hits, saved) = (hits + 1, saved + note.Length);
            connection.Execute("UPDATE entries SET used = max(used, ?2), hits = hits + ?3 WHERE key = ?1", note.Key, note.At, note.Hit ? 1 : 0);
            connection.Execute("INSERT INTO accesses (key, size, hit, at) VALUES (?1, ?2, ?3, ?4)", note.Key, note.Length, note.Hit ? 1 : 0, note.At);
        }
        connection.Execute("UPDATE totals SET hits = hits + ?1, misses = misses + ?2, saved = saved + ?3, fetched = fetched + ?4", hits, noted.Count - hits, saved, fetched);
        connection.Execute("DELETE FROM accesses WHERE id <= (SELECT max(id) FROM accesses) - ?1", RememberedAccesses);
        return noted.Count;
    }
}
