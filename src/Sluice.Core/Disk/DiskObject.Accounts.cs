namespace Sluice.Core.Disk;

/// <content>What other parts of the tier note on an object; each part alone touches its own.</content>
public sealed partial class DiskObject
{
    private const int Retired = 1;
    private const int Unlisted = 2;

    /// <summary>True for what was a row whose chunks were checked since start, so that they need not be again.</summary>
    internal bool WasVerified;

    /// <summary>True once nothing more of it is to go to the index, for its row is going before it is removed.</summary>
    internal volatile bool IsUnlisted;

    private int gone;
    private int pending;

    // Of the index writer's loop.

    /// <summary>Chunks that the index has, as committed.</summary>
    internal int StoredChunks;

    /// <summary>Bytes that the index has, as committed.</summary>
    internal long StoredBytes;

    /// <summary>True when the whole body is stored and the index file says so, and all else there is to say of it but when it was last used.</summary>
    internal bool IsCommitted => Volatile.Read(ref pending) == 0 && IsComplete && StoredBytes == Length && Charged == Length;

    /// <summary>A change is on its way to the index.</summary>
    internal void BeginChange() => Interlocked.Increment(ref pending);

    /// <summary>It was committed, or given up.</summary>
    internal void EndChange() => Interlocked.Decrement(ref pending);

    /// <summary>Notes that the file is gone; true when the row is as well.</summary>
    internal bool NoteRetired() => (Interlocked.Or(ref gone, Retired) | Retired) == (Retired | Unlisted);

    /// <summary>Notes that the row is gone; true when the file is as well.</summary>
    internal bool NoteUnlisted() => (Interlocked.Or(ref gone, Unlisted) | Unlisted) == (Retired | Unlisted);

    /// <summary>True when neither file nor row is left.</summary>
    internal bool IsGone => Volatile.Read(ref gone) == (Retired | Unlisted);
}
