namespace Sluice.Core.Disk;

/// <content>What other parts of the tier note on an object; each part alone touches its own.</content>
public sealed partial class DiskObject
{
    private const int Retired = 1;
    private const int Unlisted = 2;

    private int gone;

    // Of the index writer's loop.

    /// <summary>Chunks that the index has, as committed.</summary>
    internal int StoredChunks;

    /// <summary>Bytes that the index has, as committed.</summary>
    internal long StoredBytes;

    /// <summary>Notes that the file is gone; true when the row is as well.</summary>
    internal bool NoteRetired() => (Interlocked.Or(ref gone, Retired) | Retired) == (Retired | Unlisted);

    /// <summary>Notes that the row is gone; true when the file is as well.</summary>
    internal bool NoteUnlisted() => (Interlocked.Or(ref gone, Unlisted) | Unlisted) == (Retired | Unlisted);

    /// <summary>True when neither file nor row is left.</summary>
    internal bool IsGone => Volatile.Read(ref gone) == (Retired | Unlisted);
}
