using System.IO.Compression;

namespace Sluice.S3.Downloads;

internal sealed partial class DownloadStore
{
    private const int Plain = 0, Packed = 1, NotWorthIt = 2;
    private const int SmallestPacked = 4096, Sample = 256 << 10, PackedAtATime = 20;

    /// <summary>Compresses files that were not used for as long as a lease lasts, where that saves a fifth or more (row S3D-33). Nothing is evicted for the smaller file, which is beside the other for a moment: the bound is exceeded by less than one file then.</summary>
    public void PackIdle(CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcTicks;
        foreach (var row in Index.Rows($"SELECT {DownloadIndex.Columns} FROM entries WHERE packed = 0 AND url <> '' AND length >= ?1 AND leased <= ?2 AND used <= ?3 ORDER BY used LIMIT ?4", SmallestPacked, now, now - options.Lease.Ticks, PackedAtATime))
        {
            if (cancellation.IsCancellationRequested) return;
            if (!TryBegin(row.Key)) continue;
            try
            {
                // Since they were listed somebody else may have packed or replaced it, and without a look at the file a damaged one would be packed, or end the sweep.
                if (Index.Find(row.Key) is not { Packed: false } current || !HandOut(current, lease: false)) continue;
                if (IsWorthIt(current)) Pack(current, cancellation);
                else Mark(current, NotWorthIt);
            }
            finally
            {
                Abandon(row.Key);
            }
        }
    }

    /// <summary>Unpacks a file into its place; null when there is no room, or it is another one by now. For a download begun.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public DownloadRow? Unpack(DownloadRow row)
    {
        if (!Reserve(row.Key, row.Length, keep: row.Key)) return null;
        Unpack(row, PartPathOf(row.Key));
        return Replace(row, Plain);
    }

    /// <summary>Unpacks a file to somewhere else.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Unpack(DownloadRow row, string path)
    {
        using (var packed = new BrotliStream(File.OpenRead(PathOf(row.Key)), CompressionMode.Decompress))
        using (var plain = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read))
            packed.CopyTo(plain);
        if (!DownloadSums.Fit(row, path)) throw new InvalidDataException("The compressed file is damaged.");
    }

    // The beginning tells what the rest is like; video and archives are known by it.
    private bool IsWorthIt(DownloadRow row)
    {
        var sample = new byte[Math.Min(Sample, row.Length)];
        using (var file = File.OpenRead(PathOf(row.Key))) file.ReadExactly(sample);
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true)) brotli.Write(sample);
        return packed.Length <= sample.Length / 5 * 4;
    }

    private void Pack(DownloadRow row, CancellationToken cancellation)
    {
        var part = PartPathOf(row.Key);
        using (var plain = File.OpenRead(PathOf(row.Key)))
        using (var packed = new BrotliStream(new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.Read), CompressionLevel.Fastest))
            plain.CopyTo(packed);
        if (cancellation.IsCancellationRequested) return;
        if (new FileInfo(part).Length <= row.Length / 5 * 4) Replace(row, Packed);
        else Mark(row, NotWorthIt);
    }

    private void Mark(DownloadRow row, int state) =>
        Index.Write(connection => connection.Execute("UPDATE entries SET packed = ?3 WHERE key = ?1 AND created = ?2", row.Key, row.Created, state));

    // Nothing may have happened to the entry meanwhile: replaced, handed out, or evicted.
    private DownloadRow? Replace(DownloadRow row, int state) => Index.Write(connection =>
    {
        MustBeCurrent();
        var file = new FileInfo(PartPathOf(row.Key));
        var changed = row with { Size = file.Length, Stamp = file.LastWriteTimeUtc.Ticks, Packed = state == Packed };
        if (connection.Execute("UPDATE entries SET packed = ?3, size = ?4, stamp = ?5 WHERE key = ?1 AND created = ?2 AND (?3 = 0 OR leased <= ?6)",
            row.Key, row.Created, state, changed.Size, changed.Stamp, time.GetUtcNow().UtcTicks) == 0) return null;
        File.Move(file.FullName, PathOf(row.Key), overwrite: true);
        connection.Execute("DELETE FROM flights WHERE key = ?1 AND owner = ?2", row.Key, owner.Id);
        return changed;
    });
}
