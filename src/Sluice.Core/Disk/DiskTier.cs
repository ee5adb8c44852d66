using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sluice.Core.Memory;
using Sluice.Core.Processes;
using Sluice.Core.Storage;
using Sluice.Core.Telemetry;

namespace Sluice.Core.Disk;

/// <summary>The disk tier: plain body files, and an SQLite index with a copy in memory.</summary>
public sealed partial class DiskTier : IAsyncDisposable
{
    private const int MaximumOpenFiles = 512;
    private const int SecondsBetweenUses = 60;

    private readonly DiskTierOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DirectoryLock directoryLock;
    private readonly DiskIndex index;
    private readonly DiskIndexWriter writer;
    private readonly DiskSpace space;
    private readonly OpenFiles files;
    private readonly LogLimit writeLog, readLog, deleteLog, damageLog, shortLog;
    private readonly ITimer clock;
    private readonly string bodies;
    private readonly CancellationTokenSource stop = new();

    /// <summary>Every object that is in use or removed, and has a row or a file.</summary>
    private readonly ConcurrentDictionary<BodyName, DiskObject> known = new();

    /// <summary>Every row that is not known: of an earlier run, or gone back since.</summary>
    private readonly RowTable rows;

    private readonly ScopeNames scopes = new();

    private long lastId;
    private long damagedChunks, refusedChunks, orphansDeleted;
    private uint now;
    private uint usesSavedAt;
    private volatile bool disposed;
    private volatile bool lost;

    private DiskTier(DiskTierOptions options, TimeProvider time, ILogger logger, DirectoryLock directoryLock, DiskIndex index)
    {
        (this.options, this.time, this.logger, this.directoryLock, this.index) = (options, time, logger, directoryLock, index);
        bodies = Path.Combine(options.Directory, "objects");
        lastId = index.LastId;
        rows = new RowTable(index.Objects);
        var drive = new DriveInfo(Path.GetFullPath(options.Directory));
        var free = new FreeSpace(options.AvailableBytes ?? (() => drive.AvailableFreeSpace), options.MinimumFreeBytes, time);
        space = new DiskSpace(new S3FifoPolicy(options.MaximumBytes), free, options);
        space.Start(index.Bytes, index.Objects);
        // Where few may be open, viewers need most of them.
        files = new OpenFiles(bodies, (int)Math.Min(MaximumOpenFiles, FileLimit.Read() / 8), Retire);
        (writeLog, readLog, deleteLog, damageLog, shortLog) = (new LogLimit(time), new LogLimit(time), new LogLimit(time), new LogLimit(time), new LogLimit(time, 3600));
        writer = new DiskIndexWriter(index, Forget, time, logger);
        now = usesSavedAt = Seconds();
        clock = time.CreateTimer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        // With no index, all files there are uncounted: until they are gone the bound could not be kept.
        if (index.StartedEmpty && Directory.Exists(bodies) && Directory.EnumerateFileSystemEntries(bodies).Any()) sweep = SweepAsync();
    }

    /// <summary>Opens or creates the directory. Returns without reading the whole index: see <see cref="LoadAsync(CancellationToken)"/>.</summary>
    /// <exception cref="NoRoomException">The file system is full or read-only.</exception>
    /// <exception cref="IOException">The directory cannot be used; the message says why and what to do.</exception>
    public static DiskTier Open(DiskTierOptions options, TimeProvider time, ILogger logger)
    {
        options.Validate();
        var held = DirectoryLock.Take(options.Directory);
        try
        {
            return new DiskTier(options, time, logger, held, new DiskIndex(new IndexFile(options.Directory, options.ChunkSize, logger)));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>True where an earlier run has left a cache.</summary>
    public static bool IsThere(string directory) => File.Exists(IndexFile.PathIn(directory));

    /// <summary>Called once for each object in use that is evicted to make room, or dropped because its file is gone or damaged; not for <see cref="Remove(DiskObject)"/>.</summary>
    public Action<DiskObject>? Evicted { get; set; }

    /// <summary>True for what must not be evicted now: it is being read, and those who read it could not have the rest from anywhere else.</summary>
    public Func<DiskObject, bool>? IsNeeded
    {
        get => space.IsNeeded;
        set => space.IsNeeded = value;
    }

    /// <summary>True once the directory or its index was deleted, moved or replaced under the tier: it holds nothing and takes nothing any more.</summary>
    public bool IsLost => lost;

    /// <summary>Chunk size in bytes.</summary>
    public int ChunkSize => options.ChunkSize;

    /// <summary>True once nothing is held any more.</summary>
    internal bool IsDisposed => disposed;

    /// <summary>A reading of the counters.</summary>
    public DiskTierStatistics GetStatistics() => new()
    {
        Bytes = space.Used,
        MaximumBytes = options.MaximumBytes,
        Objects = space.Objects,
        Evictions = space.Evictions,
        DamagedChunks = Volatile.Read(ref damagedChunks),
        RefusedChunks = Volatile.Read(ref refusedChunks),
        OrphansDeleted = Volatile.Read(ref orphansDeleted),
    };

    /// <summary>Completes when every change made so far is committed to the index file.</summary>
    /// <exception cref="IOException">The index could not be written; its changes are kept and tried again.</exception>
    public Task FlushAsync() => writer.FlushAsync();

    /// <summary>Commits everything, closes all files and lets go of the directory. Reads and writes that come later answer false.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true)) return;
        await clock.DisposeAsync();
        await stop.CancelAsync();
        await EndBackgroundWorkAsync();
        SaveUses();
        await writer.DisposeAsync();
        files.Close();
        index.Dispose();
        directoryLock.Dispose();
        stop.Dispose();
    }

    private uint Seconds() => (uint)Math.Clamp(time.GetUtcNow().ToUnixTimeSeconds(), 0, uint.MaxValue);

    private void Tick()
    {
        Volatile.Write(ref now, Seconds());
        if (now - usesSavedAt >= SecondsBetweenUses)
        {
            SaveUses();
            space.TryAgain();
        }
        // Once the index was read, so that all it names can be let go of.
        if (indexRead && !lost && !disposed && !(directoryLock.IsInPlace && index.IsInPlace)) Lose();
    }

    /// <summary>Lets go of everything, as if it had all been evicted: from the index too, so that what is purged from now on does not come back with a volume that is mounted again.</summary>
    private void Lose()
    {
        lost = true;
        logger.LogError(
            DiskEvents.DirectoryLost,
            "The cache directory {Directory}, or its index, was deleted, moved or replaced while this server uses it. Nothing is stored there any more: the server goes on from memory and the origins. See that the directory is there, and restart the server",
            options.Directory);
        foreach (var row in rows.ToArray())
        {
            if (disposed) return;
            Remove(row);
        }
        foreach (var target in known.Values) Drop(target);
    }

    private void SaveUses()
    {
        usesSavedAt = now;
        foreach (var target in known.Values)
        {
            if (target.LastUsed == target.StoredLastUsed) continue;
            target.StoredLastUsed = target.LastUsed;
            writer.Add(new IndexChange(IndexChangeKind.Use, target));
        }
    }
}
