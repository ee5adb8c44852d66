using Sluice.Core.Disk;
using Sluice.Core.Memory;

namespace Sluice.Core.Objects;

/// <summary>One version of one object: its metadata, and its body as chunks in memory, on disk, arriving, or missing.</summary>
public sealed partial class CachedObject
{
    /// <summary>What an object in use takes besides its body, texts of usual length included (measured).</summary>
    internal const int Bookkeeping = 3 << 10;

    /// <summary>Characters of a target that are among those texts.</summary>
    private const int UsualTarget = 256;

    private readonly Lock gate = new();
    private readonly ObjectCache cache;
    private ObjectMetadata metadata;
    private DiskObject? disk;
    private HeadNode? head;
    private int holds;
    private bool detached;

    internal CachedObject(ObjectCache cache, CacheScope scope, string target, ObjectMetadata metadata, DiskObject? disk)
    {
        (this.cache, Scope, this.metadata, this.disk) = (cache, scope, metadata, disk);
        // Mostly the same text: kept once.
        Target = target == metadata.Source ? metadata.Source : target;
        Id = disk?.Id ?? 0;
        Hash = (ulong)HashCode.Combine(scope.Name, target, metadata.Version.ETag) * 0x9E3779B97F4A7C15;
        chunks = metadata.Length is { } length ? new Chunk?[ChunkCount(length)] : new Chunk?[1];
    }

    /// <summary>The scope it lives in.</summary>
    public CacheScope Scope { get; }

    /// <summary>Its name within the scope: normalised path and query.</summary>
    public string Target { get; }

    /// <summary>Its metadata now. Replaced as a whole when a 304 or a soft purge changes it.</summary>
    public ObjectMetadata Metadata => Volatile.Read(ref metadata);

    /// <summary>Where its missing bytes come from when no client is there to ask for them. Made each time: an object keeps nothing of a request.</summary>
    public FillSource? Source => Scope.SourceOf?.Invoke(this);

    /// <summary>Whatever a server prepared to answer with this object faster. Its maker compares what it was made from with <see cref="Metadata"/> before using it.</summary>
    public object? Rendering { get; set; }

    /// <summary>It was fetched because its turn is likely to come, and nobody has asked for it yet. Not kept over a restart.</summary>
    public bool IsAhead { get; set; }

    /// <summary>True once it can no longer be found: purged, replaced, evicted, or gone back to the index. Responses under way finish.</summary>
    public bool IsDetached => Volatile.Read(ref detached);

    /// <summary>Keeps its bytes where they are, whatever is purged or replaced meanwhile, until <see cref="Release"/>; false when they are gone already.</summary>
    public bool TryHold()
    {
        if (Interlocked.Increment(ref holds) > 0) return true;
        Release();
        return false;
    }

    /// <summary>Ends a hold. The last one of an object that can no longer be found gives its bytes back.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref holds) == 0 && IsDetached) TryReleaseTiers();
    }

    /// <summary>A hash of scope, name and version: the same in this process whenever the same thing comes back.</summary>
    public ulong Hash { get; }

    /// <summary>Higher for what was stored later; 0 without a disk tier.</summary>
    internal long Id { get; }

    internal DiskObject? Disk => Volatile.Read(ref disk);

    /// <summary>Puts refreshed metadata of the same version in place (RFC 9111 section 4.3.4).</summary>
    /// <returns>False when it can no longer be found.</returns>
    internal bool Refresh(ObjectMetadata fresh)
    {
        DiskObject? stored;
        bool isFound;
        lock (gate)
        {
            // Its body ended since the caller looked.
            if (fresh.Length is null && metadata.Length is { } length) fresh = fresh with { Version = fresh.Version with { Length = length } };
            Volatile.Write(ref metadata, fresh);
            stored = Update(fresh);
            isFound = !detached;
        }

        if (stored is not null) cache.Disk!.ListEmpty(stored);
        return isFound;
    }

    /// <summary>Tells the disk tier, under the gate, so that the last to come is the last there; null where it has nothing of it.</summary>
    private DiskObject? Update(ObjectMetadata fresh)
    {
        if (detached || disk is null) return null;
        cache.Disk!.Update(disk, fresh);
        return disk;
    }

    /// <summary>Stale from now on: revalidated at its next use.</summary>
    internal void Expire()
    {
        Refresh(Stale(Metadata));
        for (var (former, current) = (this, Current()); !ReferenceEquals(current, former); (former, current) = (current, current.Current()))
            current.Refresh(Stale(current.Metadata));
    }

    private static ObjectMetadata Stale(ObjectMetadata known) => known with { Freshness = known.Freshness with { Lifetime = TimeSpan.Zero, StaleWhileRevalidate = TimeSpan.Zero } };

    /// <summary>Counts it in the memory tier by its head, until the disk tier counts it; false when there is no room anywhere, so that it cannot be kept.</summary>
    internal bool TryAdmitHead() => AdmitHead() || (Disk is not null && (metadata.Length != 0 || IsOnDisk));

    private bool AdmitHead()
    {
        var node = new HeadNode(this, KnownBytes + metadata.Headers.Sum(line => 2L * (line.Key.Length + line.Value.Length) + 64));
        if (Interlocked.Exchange(ref head, node) is { } former) cache.Heads.Remove(former);
        var isCounted = cache.Heads.TryAdmit(node);
        // Given up before it was counted, as when its body broke off at once, or no longer the head, as when the disk tier has all of it by now: nobody else will take it out again.
        Interlocked.MemoryBarrier();
        if (IsReleased || !ReferenceEquals(head, node)) cache.Heads.Remove(node);
        return isCounted;
    }

    /// <summary>It is whole on disk, and counted there.</summary>
    private void DropHead()
    {
        HeadNode? node = null;
        lock (gate)
            if (!detached && disk is { IsComplete: true }) node = Interlocked.Exchange(ref head, null);
        if (node is not null) cache.Heads.Remove(node);
    }

    /// <summary>What the first chunk in memory has to pay for: without a disk tier the head does.</summary>
    internal int UncountedBytes => cache.Disk is null ? 0 : KnownBytes;

    // Clients choose how long a target is, and where nothing is found that is all there is. Two bytes a character, and again for the source, which is the target without its query.
    private int KnownBytes => Bookkeeping + (4 * Math.Max(0, Target.Length - UsualTarget));

    /// <summary>The disk tier has bytes of it, or says that there are none, and counts it.</summary>
    private bool IsOnDisk => Disk is { } stored && (stored.ChunkCount > 0 || (metadata.Length == 0 && stored.IsListed));

    /// <summary>No tier counts it: memory has no room for its head, or needed it, and the disk tier has nothing of it.</summary>
    private bool IsUncounted => head is not { State: MemoryNodeState.Held } && disk is not null && !IsOnDisk;

    /// <summary>Makes it unfindable. Its bytes go now, or when the last response that uses them is done.</summary>
    internal void Detach()
    {
        lock (gate)
        {
            if (detached) return;
            detached = true;
        }

        GiveFormer()?.Detach();
        TryReleaseTiers();
    }

    /// <summary>Once it is detached: no crash brings it back, even if it is still being read.</summary>
    internal void Unlist()
    {
        if (IsDetached && Disk is { } stored) cache.Disk!.Unlist(stored);
    }

    internal void NoteUse()
    {
        if (disk is { } stored) cache.Disk!.Hit(stored);
        if (head is { } node) cache.Heads.Hit(node);
    }

    /// <summary>The disk tier let go of it: what memory holds may stay, else it is gone.</summary>
    internal void OnDiskEvicted()
    {
        lock (gate)
        {
            disk = null;
            if (detached) return;
        }

        if (!Metadata.Version.IsStrong || !HasMemoryChunks() || !TryAdmitHead()) ObjectCache.Remove(this);
    }

    /// <summary>How often it was used of late, roughly: as far as eviction counts.</summary>
    internal int Uses => Math.Max(disk is { } stored ? stored.Frequency : 0, head is { } node ? node.Frequency : 0);

    /// <summary>True when it is held whole, and was used more than once since it came.</summary>
    internal bool IsHot => Uses > 1 && Metadata is { Status: 200, Length: { } length } && Holds(0, length);

    /// <summary>True while somebody reads it.</summary>
    internal bool IsHeld => Volatile.Read(ref holds) > 0;

    private bool IsReleased => Volatile.Read(ref holds) < 0;

    private void TryReleaseTiers()
    {
        // In one step, so that nobody takes hold of an object whose bytes are going; far enough below zero for those who try.
        if (Interlocked.CompareExchange(ref holds, int.MinValue / 2, 0) != 0) return;
        DiskObject? stored;
        Chunk?[] held;
        lock (gate)
        {
            stored = disk;
            disk = null;
            held = chunks;
        }

        if (stored is not null) cache.Disk!.Remove(stored);
        if (head is { } node) cache.Heads.Remove(node);
        foreach (var chunk in held)
            if (chunk is not null && cache.Memory.Remove(chunk)) chunk.Drop();
    }

    /// <summary>Stands for the metadata of an object that is not on disk: when memory needs the room, the object goes with it.</summary>
    private sealed class HeadNode(CachedObject owner, long weight) : MemoryNode
    {
        public override long Weight => weight;

        public override ulong Identity => owner.Hash ^ 1;

        public override void OnEvicted()
        {
            // While it is filled its first chunk may be on the way to disk: how that ends decides (Ended).
            if (owner.Disk is not null && (owner.IsOnDisk || owner.IsFilling)) return;
            // In this order: it has gone back before it has no disk.
            if (owner.IsBack) return;
            ObjectCache.Remove(owner);
        }
    }
}
