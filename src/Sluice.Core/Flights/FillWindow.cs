using Sluice.Core.Objects;

namespace Sluice.Core.Flights;

/// <summary>Bounds what a fill holds: its complete chunks go to the tiers; where no disk takes them they are held until the reader that sets the pace has passed them.</summary>
internal sealed class FillWindow(CachedObject target, ObjectCache cache, Fill fill)
{
    private const long MaximumAhead = 4 << 20;
    private const long MaximumRetained = 6 << 20;
    private const long MinimumAhead = 1 << 20;
    /// <summary>Bodies longer than this are kept on disk first.</summary>
    public const long LargeBytes = 16 << 20;
    private readonly Queue<Chunk> retained = new();
    private Task<bool> pendingWrite = Task.FromResult(true);
    private Chunk? refused;
    private bool diskRefuses;

    private bool OnDisk => target.Disk is not null && !target.IsDetached && !diskRefuses;

    /// <summary>Takes over the fill's hold on a complete chunk, and its share of what may be in hand.</summary>
    public async Task AddAsync(Chunk chunk, FillShare share)
    {
        // A large body goes through memory only as far as its readers are apart: the disk keeps it, and what is read again comes back from there.
        var isLarge = OnDisk && target.Metadata.Length is not <= LargeBytes;
        if (!isLarge) target.Keep(chunk);
        // One write at a time: the origin is read no faster than the disk takes it. What it refused a part of, it is not asked to take more of.
        await SettleAsync();
        var onDisk = OnDisk;
        if (isLarge && onDisk) chunk.Hold();
        if (isLarge || !onDisk)
        {
            retained.Enqueue(chunk);
            Trim();
        }

        if (onDisk) pendingWrite = WriteAsync(chunk, share);
        else share.Return();
    }

    /// <summary>Waits while the fill is too far ahead of those who read.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (!fill.IsBackground)
        {
            var next = target.Demand.Next();
            Trim();
            var ahead = fill.Position - target.ReaderPosition(fill, foremost: target.CanFillGaps || OnDisk);
            if (OnDisk && !target.CanFillGaps) return;
            var limit = OnDisk ? MaximumAhead : Math.Max(target.ChunkSize, Math.Min(Share, Math.Clamp(cache.Memory.CapacityBytes / 4, MinimumAhead, MaximumAhead)));
            if (ahead <= limit || !target.IsWanted(fill)) return;
            await next.WaitAsync(cancellation);
        }
    }

    /// <summary>All bytes are here: waits until every reader has passed what no tier keeps.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        await SettleAsync();
        while (true)
        {
            var next = target.Demand.Next();
            var passed = target.ReaderPosition(fill, foremost: false);
            while (retained.TryPeek(out var chunk) && (long)(chunk.Index + 1) * target.ChunkSize <= passed) retained.Dequeue().Drop();
            if (OnDisk || retained.Count == 0 || passed >= fill.Position) return;
            await next.WaitAsync(cancellation);
        }
    }

    public async Task CloseAsync()
    {
        try
        {
            await SettleAsync();
        }
        finally
        {
            while (retained.TryDequeue(out var chunk)) chunk.Drop();
        }
    }

    /// <summary>Of what all fills may hold: many slow readers are not to take the memory of the machine.</summary>
    private long Share => cache.RetainedBytes / Math.Max(1, cache.Fills);

    /// <summary>What the disk did not take is nowhere else: it is held as what comes after it, for those who have not read it.</summary>
    private async ValueTask SettleAsync()
    {
        var write = pendingWrite;
        // A failure that nobody expected is told once.
        pendingWrite = Task.FromResult(true);
        try
        {
            diskRefuses |= !await write;
        }
        finally
        {
            if (refused is { } chunk) retained.Enqueue(chunk);
            refused = null;
        }
    }

    private void Trim()
    {
        if (retained.Count == 0) return;
        var onDisk = OnDisk;
        var passed = target.ReaderPosition(fill, foremost: target.CanFillGaps && !onDisk) / target.ChunkSize;
        while (retained.TryPeek(out var chunk) && (chunk.Index < passed || (onDisk && (long)retained.Count * target.ChunkSize > Math.Min(Share, MaximumRetained))))
            retained.Dequeue().Drop();
    }

    private async Task<bool> WriteAsync(Chunk chunk, FillShare share)
    {
        var written = false;
        try
        {
            return written = target.Disk is { } disk
                && await Task.Run(() => cache.Disk!.WriteAsync(disk, chunk.Index, chunk.Block.Memory, CancellationToken.None).AsTask());
        }
        finally
        {
            if (written) chunk.Drop();
            else refused = chunk;
            share.Return();
        }
    }
}
