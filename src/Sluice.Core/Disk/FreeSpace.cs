namespace Sluice.Core.Disk;

/// <summary>What may still be written before the file system has less than the minimum free. Asks the file system at most once a second, and when the room it answered is used up. Not safe for concurrent use.</summary>
internal sealed class FreeSpace(Func<long> available, long minimumBytes, TimeProvider time)
{
    private long room;
    private long askedAt;
    private bool asked;

    /// <summary>How many bytes are missing before <paramref name="bytes"/> may be written; 0 for none.</summary>
    public long Shortage(long bytes)
    {
        if (!asked || room < bytes || time.GetElapsedTime(askedAt) >= TimeSpan.FromSeconds(1)) Ask();
        return Math.Max(0, bytes - room);
    }

    /// <summary>Counts bytes that are about to be written.</summary>
    public void Take(long bytes) => room -= bytes;

    private void Ask()
    {
        asked = true;
        askedAt = time.GetTimestamp();
        try
        {
            room = available() - minimumBytes;
        }
        catch (IOException)
        {
            // The write itself will tell whether there is room.
            room = long.MaxValue / 2;
        }
    }
}
