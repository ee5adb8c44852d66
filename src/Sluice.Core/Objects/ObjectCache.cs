using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sluice.Core.Disk;
using Sluice.Core.Flights;
using Sluice.Core.Memory;
using Sluice.Core.Storage;
using Sluice.Core.Tags;

namespace Sluice.Core.Objects;

/// <summary>The cache: objects of every scope, in memory and on disk.</summary>
public sealed partial class ObjectCache : IAsyncDisposable, IDisposable
{
    /// <summary>Bytes that all fills with a place may have in hand, arriving or on their way to disk, and half as much again those without: 512 chunks of the default size. However many misses there are at once, memory is bounded.</summary>
    private const long FillBytes = 128L << 20;

    /// <summary>Of <see cref="Heads"/> where there is no memory tier: some 2,700 objects.</summary>
    internal const long HeadBytes = 8L << 20;

    private readonly ConcurrentDictionary<string, CacheScope> scopes = new(StringComparer.Ordinal);
    private readonly PurgeLog purges = new();
    private readonly CancellationTokenSource stop = new();
    private readonly ILogger logger;
    private Task loading = Task.CompletedTask;
    private readonly bool isWithoutDisk;
    private int fills, disposed;

    private ObjectCache(ObjectCacheOptions options, DiskTier? disk, TimeProvider time, ILogger logger)
    {
        Time = time;
        this.logger = logger;
        Disk = disk;
        isWithoutDisk = disk is null && options.Disk is not null;
        passAt = inUse = options.ObjectsInUse;
        RetainedBytes = options.RetainedBytes;
        ChunkSize = options.Disk?.ChunkSize ?? MemoryTier.DefaultBlockSize;
        Places = new FillPlaces((int)(FillBytes / ChunkSize), FillBytes / 2, time);
        Memory = new MemoryTier(options.MemoryBytes, options.MemoryPolicy == "lru" ? new LruPolicy() : new S3FifoPolicy(options.MemoryBytes), ChunkSize);
        Heads = options.MemoryBytes > 0 || disk is null ? Memory : new MemoryTier(HeadBytes, new LruPolicy());
    }

    internal TimeProvider Time { get; }

    /// <summary>The memory tier.</summary>
    internal MemoryTier Memory { get; }

    /// <summary>Counts what is known of objects while the disk tier does not: the memory tier, and where that is off a few of them, since clients choose how many names there are.</summary>
    internal MemoryTier Heads { get; }

    /// <summary>The disk tier; null when there is none.</summary>
    internal DiskTier? Disk { get; }

    /// <summary>True while a disk tier is configured and not used: the cache goes on from memory and the origins.</summary>
    public bool IsDiskAway => isWithoutDisk || Disk?.IsLost == true;

    /// <summary>Chunk size in bytes.</summary>
    public int ChunkSize { get; }

    /// <summary>One for each chunk that a fill has in hand.</summary>
    internal FillPlaces Places { get; }

    /// <summary>See <see cref="ObjectCacheOptions.RetainedBytes"/>.</summary>
    internal long RetainedBytes { get; }

    /// <summary>Missing chunks are fetched in multiples of this many bytes, so that reading on costs few requests.</summary>
    internal long FillUnit => Math.Max(1 << 20, ChunkSize);

    /// <summary>The tier this cache shares with those of other nodes; null for none. Set before the first request.</summary>
    public ISharedTier? Shared { get; set; }

    /// <summary>Opens a cache. The disk tier's index is read in the background; objects on disk are found meanwhile.</summary>
    /// <exception cref="ArgumentException">A setting is out of its limits.</exception>
    /// <exception cref="IOException">The cache directory cannot be used; the message says why and what to do.</exception>
    public static ObjectCache Open(ObjectCacheOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        options.Validate();
        var disk = options.Disk is { } settings ? OpenDisk(settings, time, loggers.CreateLogger("Sluice.Disk")) : null;
        var cache = new ObjectCache(options, disk, time, loggers.CreateLogger("Sluice.Cache"));
        if (disk is not null)
        {
            disk.Evicted = stored => (stored.Owner as CachedObject)?.OnDiskEvicted();
            disk.IsNeeded = stored => stored.Owner is CachedObject { IsHeld: true, CanFillGaps: false };
            cache.loading = Task.Run(() => cache.LoadAsync(disk));
        }

        return cache;
    }

    /// <summary>The scope of that name.</summary>
    public CacheScope Scope(string name) => scopes.GetOrAdd(name, static (key, self) => new CacheScope(self, key), this);

    /// <summary>Makes an object for an answer and, unless a purge since <paramref name="fence"/> selects it, puts it in place of the one it replaces. An object that could not be stored can still be read by those who hold it.</summary>
    /// <param name="scope">Its scope.</param>
    /// <param name="target">Its target.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="fence">What <see cref="Fence"/> was when the fetch began.</param>
    public CachedObject Store(CacheScope scope, string target, ObjectMetadata metadata, long fence)
    {
        var added = Prepare(scope, target, metadata);
        Publish(added, fence);
        return added;
    }

    /// <summary>Makes an object that nobody finds yet: see <see cref="Publish"/>. For one whose body is arriving: who finds it must find its fill too, or would begin another.</summary>
    public CachedObject Prepare(CacheScope scope, string target, ObjectMetadata metadata)
    {
        var disk = Disk?.Create(scope.KeyOf(target), metadata);
        var added = new CachedObject(this, scope, target, metadata, disk);
        if (disk is not null) disk.Owner = added;
        // The empty body is whole at once.
        if (disk is not null) Disk!.ListEmpty(disk);
        return added;
    }

    /// <summary>Puts a prepared object in place of the one it replaces, unless a purge since <paramref name="fence"/> selects it.</summary>
    public void Publish(CachedObject added, long fence)
    {
        IReadOnlyList<CachedObject> replaced = [];
        bool stored, isBehind;
        do
        {
            isBehind = false;
            // What it replaces may have gone back to the index since it was looked for; there it would stay, and be found when this one is evicted.
            var before = GoneBack(added.Target);
            if (MayBeUnused(added)) added.Scope.FindStored(added.Target);
            stored = purges.TryCommit(fence, added.Target, added.Metadata, Commit);
            bool Commit()
            {
                isBehind = GoneBack(added.Target) != before && MayBeUnused(added);
                return !isBehind && TryPut(added, out replaced);
            }
        }
        while (isBehind);
        if (!stored) added.Detach();
        // Outside of what purges wait for.
        if (followers.Length > 0)
            foreach (var former in replaced) TellOfChange(added, former);
    }

    private bool MayBeUnused(CachedObject added) => Disk?.MayHave(added.Scope.KeyOf(added.Target)) == true;

    private bool TryPut(CachedObject added, out IReadOnlyList<CachedObject> replaced)
    {
        replaced = [];
        if (!added.TryAdmitHead()) return false;
        replaced = added.Scope.Put(added);
        CachedObject? good = null;
        foreach (var former in replaced) good ??= former.IsGood ? former : former.GiveFormer();
        if (good is not null) good.IsFormer = true;
        var isDone = good is null || added.Succeed(good, Fence);
        foreach (var former in replaced)
            if (!ReferenceEquals(former, good)) former.Detach();
        if (isDone && !added.IsDetached)
        {
            added.CameIntoUse();
            return true;
        }

        // Its fill failed before it was put in place.
        if (isDone) added.Scope.Take(added);
        else if (!TryPutBack(added, good!)) Drop(added, good!);
        return false;
    }

    /// <summary>Puts what an object replaced in its place again, unless something else is there by now, or a purge since then selects it.</summary>
    internal void PutBack(CachedObject failed, CachedObject good, long fence)
    {
        if (!purges.TryCommit(fence, good.Target, good.Metadata, () => TryPutBack(failed, good))) Drop(failed, good);
        failed.Detach();
    }

    private static bool TryPutBack(CachedObject failed, CachedObject good)
    {
        good.IsFormer = false;
        if (!good.Scope.TryPutBack(failed, good)) return false;
        // Whoever detached it meanwhile, as eviction does, may have looked for it before it was in.
        if (good.IsDetached) good.Scope.Take(good);
        return true;
    }

    private static void Drop(CachedObject failed, CachedObject good)
    {
        failed.Scope.Take(failed);
        good.Detach();
    }

    /// <summary>Puts refreshed metadata in place after a 304, unless a purge since <paramref name="fence"/> selects the object.</summary>
    public bool Refresh(CachedObject target, ObjectMetadata metadata, long fence)
    {
        while (true)
        {
            var current = target.Current();
            var isStored = purges.TryCommit(fence, current.Target, current.Metadata, () => current.Refresh(metadata));
            // For whoever answers with the one in hand.
            if (!ReferenceEquals(current, target)) target.Refresh(metadata);
            if (isStored || !current.IsBack || ReferenceEquals(current.Current(), current)) return isStored;
        }
    }

    /// <summary>Makes an object stale: it is confirmed before its next use.</summary>
    public static void Expire(CachedObject target) => target.Expire();

    /// <summary>Takes an object out of the cache, on disk too.</summary>
    public static void Remove(CachedObject target)
    {
        while (true)
        {
            target.Scope.Take(target);
            target.Detach();
            // Put in place between the two; from here on whoever puts it there sees that it is detached.
            target.Scope.Take(target);
            var current = target.Current();
            if (ReferenceEquals(current, target)) return;
            target = current;
        }
    }

    /// <summary>Notes a use, for eviction. No lock, no allocation.</summary>
    public static void NoteUse(CachedObject target) => target.NoteUse();

    /// <summary>A reading of the cache's state.</summary>
    public ObjectCacheStatistics GetStatistics() => new()
    {
        Objects = scopes.Values.Sum(scope => scope.Count) + (Disk?.RowCount ?? 0),
        MemoryBytes = Memory.Bytes,
        MemoryMaximumBytes = Memory.CapacityBytes,
        MemoryChunks = Memory.Count,
        MemoryEvictions = Memory.Evictions,
        Disk = Disk?.GetStatistics(),
        IsDiskAway = IsDiskAway,
        Flights = Fills,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        await stop.CancelAsync();
        await loading;
        await passing;
        if (Disk is not null) await Disk.DisposeAsync();
        // Nothing else: what leaves memory otherwise may leave the disk too.
        Memory.Close(static node => (node as Chunk)?.Drop());
        stop.Dispose();
    }

    // Elsewhere: what it waits for could have to come back to this thread, as with that of a window.
    /// <inheritdoc/>
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    /// <summary>Fills under way.</summary>
    internal int Fills => Volatile.Read(ref fills);

    internal void FillStarted() => Interlocked.Increment(ref fills);

    internal void FillEnded() => Interlocked.Decrement(ref fills);

    /// <summary>Makes an object found on disk known; nothing happens when it is already.</summary>
    internal void Adopt(DiskObject stored)
    {
        lock (stored)
        {
            if (stored.Owner is not null) return;
            if (stored.IsRemoved)
            {
                // Evicted since it was found: nobody else takes the row it was made of out of the table.
                Disk!.Settle(stored);
                return;
            }

            var separator = stored.Key.LastIndexOf(' ');
            var scope = Scope(stored.Key[..separator]);
            var found = new CachedObject(this, scope, stored.Key[(separator + 1)..], stored.Metadata, stored);
            stored.Owner = found;
            // What was stored later than what the index file knew stays.
            if (scope.PutStored(found) is not { } former) found.Detach();
            else
                foreach (var replaced in former) replaced.Detach();
            // Not before it can be found: whoever finds neither would fetch it.
            Disk!.Settle(stored);
            // Who evicted it before it was put in place did not find it there, nor its owner.
            Interlocked.MemoryBarrier();
            if (stored.IsRemoved) found.OnDiskEvicted();
            if (found.IsDetached) scope.Take(found);
            found.CameIntoUse();
        }
    }

    /// <summary>The disk tier; null where a good cache is on a disk that is full or read-only: a restart must not end the service for it.</summary>
    private static DiskTier? OpenDisk(DiskTierOptions settings, TimeProvider time, ILogger logger)
    {
        try
        {
            return DiskTier.Open(settings, time, logger);
        }
        catch (NoRoomException failure) when (DiskTier.IsThere(settings.Directory))
        {
            logger.LogError("{Reason} What it holds is left as it is, and this server goes on without it, from memory and the origins: make room, and restart the server. Purges fail until then.", failure.Message);
            return null;
        }
    }

    private async Task LoadAsync(DiskTier disk)
    {
        try
        {
            await disk.LoadAsync(stop.Token);
            foreach (var name in disk.Scopes) Scope(name);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            // The index file failed under us: what it did not tell is fetched again.
            logger.LogWarning("The index of the cache directory could not be read to its end ({Reason}); what is missing is fetched again.", failure.Message);
        }
    }
}
