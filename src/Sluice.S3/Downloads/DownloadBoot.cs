namespace Sluice.S3.Downloads;

/// <summary>Notices that the machine was started anew since a directory was last opened. Nothing is flushed to the medium, so a file written shortly before a power cut may have its length and time, and zeros in it.</summary>
internal static class DownloadBoot
{
    private const string NoteFile = "index.db.boot", SystemFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>Systems write what waits within half a minute; the last downloads before a cut are that much younger than the rest.</summary>
    private static readonly TimeSpan Doubtful = TimeSpan.FromMinutes(10);

    /// <summary>Has the last files of before summed again when they are next handed out: their time is taken for another one's.</summary>
    public static void Look(string directory, DownloadIndex index)
    {
        if (!File.Exists(SystemFile)) return;
        var (note, now) = (Path.Combine(directory, NoteFile), File.ReadAllText(SystemFile));
        if (File.Exists(note) && File.ReadAllText(note) == now) return;
        // A packed file is summed at every use.
        index.Write(connection => connection.Execute("UPDATE entries SET stamp = 0 WHERE packed <> 1 AND (crc IS NOT NULL OR sha256 IS NOT NULL) AND created > (SELECT max(created) FROM entries) - ?1", Doubtful.Ticks));
        File.WriteAllText(note, now);
    }
}
