namespace Sluice.Core.Disk;

/// <summary>What may still be written before the file system has less than the minimum free. Asks the file system at most once a second, and when the room it answered is used up. Not safe for concurrent use.</summary>
internal sealed class FreeSpace(Func<long> available, long minimumBytes, TimeProvider time)
{
    private long room;
    private long askedAt;
    private bool asked;

    /// <summary>True for a second after <see cref="Fill"/>.</summary>
    public bool IsFull { get; private set; }

    /// <summary>How many bytes are missing before <paramref name="bytes"/> may be written; 0 for none.</summary>
    public long Shortage(long bytes)
    {
        if (!asked || (room < bytes && !IsFull) || time.GetElapsedTime(askedAt) >= TimeSpan.FromSeconds(1)) Ask();
        return Math.Max(0, bytes - room);
    }

    /// <summary>Counts bytes that are about to be written.</summary>
    public void Take(long bytes) => room -= bytes;

    /// <summary>The file system took nothing, whatever it answers: its inodes are used up, or somebody's quota. For a second the only room is what is deleted.</summary>
    public void Fill() => (asked, IsFull, room, askedAt) = (true, true, 0, time.GetTimestamp());

    /// <summary>Counts bytes that were deleted.</summary>
    public void Return(long bytes)
    {
        if (IsFull) room += bytes;
    }

    private void Ask()
    {
        (asked, IsFull) = (true, false);
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
