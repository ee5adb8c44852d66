namespace Sluice.Core.Disk;

/// <summary>A row of the index that nobody uses: what eviction and a question for its key need to know, and nothing else. The rest is read from the index file at its first use.</summary>
internal sealed class DiskRow : DiskEntry
{
    public DiskRow(long id, BodyName name, ulong identity, int keyHash, long bytes, uint lastUsed)
        : base(id, name, identity)
    {
        KeyHash = keyHash;
        Charged = bytes;
        LastUsed = lastUsed;
        IsListed = true;
    }

    /// <summary>Of its key, by <see cref="RowTable"/>.</summary>
    public int KeyHash { get; }

    /// <summary>In <see cref="ScopeNames"/>.</summary>
    public ushort Scope { get; init; }

    /// <summary>The next row in its bucket. The table's.</summary>
    public DiskRow? Below { get; set; }

    /// <summary>True when it was in use since start, so that what was read of it earlier may have changed.</summary>
    public bool WasUsed { get; init; }

    /// <summary>True when each of its chunks was checked since start.</summary>
    public bool IsVerified { get; init; }

    /// <summary>True once an object stands in its place, or it was evicted. Set under <see cref="DiskSpace"/>'s lock, by whoever is first.</summary>
    public bool IsTaken { get; set; }
}
