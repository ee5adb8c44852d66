using Sluice.Core.Memory;

namespace Sluice.Core.Disk;

/// <summary>A body on disk as eviction sees it: an object in use, or a row of the index that nobody has used since start.</summary>
public abstract class DiskEntry : EvictionNode
{
    /// <summary>Bytes of a row that are not counted.</summary>
    private const int UsualRow = 1024;

    private readonly ulong identity;

    private protected DiskEntry(long id, BodyName name, ulong identity) => (Id, Name, this.identity) = (id, name, identity);

    /// <inheritdoc/>
    public override long Weight => Math.Max(1, Charged + RowBytes);

    /// <inheritdoc/>
    public override ulong Identity => identity;

    internal long Id { get; }

    internal BodyName Name { get; }

    /// <summary>Seconds since 1970, as coarse as the tier's clock.</summary>
    internal uint LastUsed;

    // Under DiskSpace's lock.

    /// <summary>Bytes of the bound that it takes: stored, being written, or damaged and still in the file.</summary>
    internal long Charged;

    /// <summary>Bytes of the bound that its row takes: what the row has beyond the usual. Clients choose how long a target is, and where nothing is found the row is all there is.</summary>
    internal int RowBytes;

    /// <summary>The key is stored twice, in the table and in its order; the metadata has the source, which is the target again.</summary>
    internal static int RowBytesOf(int key, int metadata) => Math.Max(0, (2 * key) + metadata - UsualRow);

    /// <summary>True when it counts as an object and the policy holds it.</summary>
    internal bool IsListed;
}
