using Sluice.Core.Disk;
using Sluice.Core.Flights;

namespace Sluice.Core.Objects;

/// <content>Finding and reading the body's bytes.</content>
public sealed partial class CachedObject
{
    private Few<Fill> fills;
    private Few<BodyReader> waiting;
    private Chunk?[] chunks;
    private int crowdedReads;

    // Where and why the last fill broke off that had brought something, and how many have.
    private int brokenAt = -1;
    private Exception? brokenBy;
    private int failures;

    // Why it is of no use to anybody any more.
    private Exception? lostBy;

    /// <summary>Wakes readers: bytes arrived, a fill ended.</summary>
    internal Broadcast Progress;

    /// <summary>Wakes fills that are far enough ahead: a reader moved on or left.</summary>
    internal Broadcast Demand;

    internal int ChunkSize => cache.ChunkSize;

    /// <summary>True when missing bytes can be asked for by range and proven to belong to this version. Only of a 200: no origin answers a range with part of an error.</summary>
    internal bool CanFillGaps => Metadata is { Status: 200, Length: not null, Version.IsStrong: true };

    /// <summary>True when [start, end) can be had without asking the origin.</summary>
    public bool Holds(long start, long end)
    {
        if (Metadata.Length is not { } length) return false;
        // What has gone back was whole, and is still there for who opens it.
        if (Disk?.ChunkCount == ChunkCount(length) || IsBack) return true;
        for (var i = (int)(start / ChunkSize); (long)i * ChunkSize < end; i++)
            if (!HoldsChunk(i)) return false;
        return true;
    }

    /// <summary>True when it can be served at all: whole, arriving with all that came still here, or of a version whose missing bytes can be asked for.</summary>
    public bool IsServable => Serves(0, long.MaxValue);

    /// <summary>True while it is being fetched and all that came from <paramref name="start"/> on is still here: what nobody keeps, for want of room, passes by those who come later.</summary>
    private bool IsArriving(long start)
    {
        lock (gate) return fills.Exists(fill => !fill.IsAbandoned && HoldsUntil(start, fill.Position));
    }

    private bool HoldsUntil(long start, long position)
    {
        for (var i = (int)(start / ChunkSize); (i + 1L) * ChunkSize <= position; i++)
            if (!HoldsChunk(i)) return false;
        return true;
    }

    /// <summary>True while bytes of it are being fetched.</summary>
    public bool IsFilling
    {
        get
        {
            lock (gate) return fills.Exists(static fill => !fill.IsAbandoned);
        }
    }

    /// <summary>True when those bytes are in memory, to tell the tier of a hit.</summary>
    public bool InMemory(long position) => At((int)(position / ChunkSize)) is { IsComplete: true };

    /// <summary>True when a read from disk leaves the bytes in memory for the next one.</summary>
    public bool IsKeptInMemory => cache.Memory.CapacityBytes > 0;

    /// <summary>Bytes of it in memory.</summary>
    public long MemoryBytes => Volatile.Read(ref chunks).Sum(chunk => chunk is { IsComplete: true } ? chunk.Block.Length : 0L);

    /// <summary>Bytes of it on disk.</summary>
    public long DiskBytes => Disk?.Bytes ?? (IsBack ? Metadata.Length ?? 0 : 0);

    /// <summary>Bytes at <paramref name="position"/> that are in memory now; takes no lock and awaits nothing.</summary>
    public bool TryRead(long position, long end, out BodyPiece piece)
    {
        var index = (int)(position / ChunkSize);
        if (At(index) is { } chunk)
        {
            var offset = (int)(position - ((long)index * ChunkSize));
            var filled = chunk.Filled;
            if (filled > offset && chunk.Block.TryAcquire())
            {
                piece = new BodyPiece(chunk.Block, offset, (int)Math.Min(filled - offset, end - position));
                cache.Memory.Hit(chunk);
                return true;
            }
        }

        piece = default;
        return false;
    }

    /// <summary>The file that holds the bytes at <paramref name="position"/>, to be sent without passing through memory; fails where they are not on disk or were not yet checked.</summary>
    /// <param name="position">The first byte.</param>
    /// <param name="end">One past the last byte wanted.</param>
    /// <param name="lease">The file, until disposed.</param>
    /// <param name="length">How many bytes from there on are held and checked.</param>
    public bool TryLease(long position, long end, out FileLease lease, out long length)
    {
        (lease, length) = (default, 0);
        if (cache.Disk is not { } tier || Disk is not { } stored || !tier.TryLease(stored, out lease)) return false;
        var index = (int)(position / ChunkSize);
        while ((long)index * ChunkSize < end && lease.Holds(index)) index++;
        length = Math.Min(end, (long)index * ChunkSize) - position;
        if (length > 0) return true;
        // What came through memory was never read from disk.
        if (stored.Has(index)) tier.Verify(stored);
        lease.Dispose();
        return false;
    }

    /// <summary>Opens the body for one response.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte; <see cref="long.MaxValue"/> where the length is not known yet.</param>
    /// <param name="source">Where missing bytes come from; null when only held bytes will do.</param>
    public BodyReader Open(long start, long end, FillSource? source) => new(this, start, end) { Source = source };

    /// <summary>As <see cref="Open"/>, for a client: how to ask on its behalf is made out once bytes are found missing.</summary>
    public BodyReader OpenFor(long start, long end, Func<CachedObject, FillSource> asker) => new(this, start, end) { Asker = asker };

    /// <summary>For a reader without a byte yet, who is counted by now: what he follows from here on is given up no more. It may have been, since he looked whether it can be served.</summary>
    internal void CheckServes(long start, long end)
    {
        if (!Serves(start, end)) throw Gone();
    }

    // In this order: what is no longer arriving is here.
    private bool Serves(long start, long end) => CanFillGaps || IsArriving(start) || (Metadata.Length is { } length && Holds(start, Math.Min(end, length)));

    private IOException Gone() =>
        lostBy is { } reason ? BodyReader.Anew(reason) : new ObjectChangedException($"{Target}: part of the stored body is gone and cannot be fetched again by range.");

    internal async ValueTask<BodyPiece> ReadAsync(BodyReader reader, int maximum, CancellationToken cancellation)
    {
        var end = reader.Position + Math.Min(reader.End - reader.Position, maximum);
        while (true)
        {
            var next = Progress.Next();
            if (TryRead(reader.Position, end, out var piece)) return piece;
            if (Metadata.Length is { } length && reader.Position >= length) return default;
            var index = (int)(reader.Position / ChunkSize);
            if (await TryReadDiskAsync(reader, index, end) is { Length: > 0 } read) return read;
            if (WaitFor(reader, index)) await next.WaitAsync(cancellation);
        }
    }

    internal void Forget(Chunk chunk)
    {
        var array = Volatile.Read(ref chunks);
        // The array may have grown meanwhile, so look again until it is the same before and after.
        while (true)
        {
            if (chunk.Index < array.Length) Interlocked.CompareExchange(ref array[chunk.Index], null, chunk);
            var now = Volatile.Read(ref chunks);
            if (ReferenceEquals(now, array)) return;
            array = now;
        }
    }

    /// <summary>A reader that opens while bytes arrive counts as interested before it first has to wait.</summary>
    internal void Join(BodyReader reader)
    {
        lock (gate)
            if (fills.Count > 0) waiting.Add(reader);
    }

    internal void StopWaiting(BodyReader reader)
    {
        lock (gate)
        {
            if (!waiting.Remove(reader)) return;
            foreach (var fill in fills)
                if (!fill.IsWanted(waiting)) fill.Abandon();
        }

        Demand.Pulse();
    }

    /// <summary>True to wait for the next progress, false to look again at once.</summary>
    private bool WaitFor(BodyReader reader, int index)
    {
        Fill? begun;
        lock (gate)
        {
            // It may have shown since the reader looked that this is the end: there is nothing to ask for.
            if (Metadata.Length is { } length && reader.Position >= length) return false;
            if (reader.Fill is { Failure: { } failure } failed)
            {
                reader.Fill = null;
                reader.Failed(failed, failure);
            }

            // An incomplete chunk is arriving, or on its way from disk: whoever brings it tells when it is there, or is not coming.
            var coming = At(index);
            if (coming is null ? Disk?.Has(index) == true : coming.IsComplete) return false;
            if (!waiting.Contains(reader)) waiting.Add(reader);
            var covering = fills.Find(fill => fill.WillReach(index, CanFillGaps));
            reader.Fill = covering;
            begun = covering is not null || coming is not null ? null : BeginGap(reader, index);
            reader.Fill ??= begun;
        }

        begun?.Start();
        // One that is far ahead of the others may be waiting for them.
        if (begun is null) Demand.Pulse();
        return true;
    }

    private Fill BeginGap(BodyReader reader, int index)
    {
        if (reader.MakeSource() is not { } source || !CanFillGaps || Metadata.Length is not { } length)
            throw Gone();
        // It may have broken off before this reader came to wait for it.
        if (index == brokenAt) reader.Retry(failures, brokenBy!);
        // To the end of what this reader wants, widened to the fill unit, but not into what is held or already on its way.
        var unit = cache.FillUnit;
        var wanted = Math.Min(length, (Math.Min(reader.End, length) + unit - 1) / unit * unit);
        var last = index + 1;
        while ((long)last * ChunkSize < wanted && !HoldsChunk(last) && At(last) is null && !fills.Exists(f => f.WillReach(last, true))) last++;
        foreach (var other in fills) other.EndBefore(index);
        var fill = new Fill(this, cache, (long)index * ChunkSize, Math.Min(length, (long)last * ChunkSize), source);
        fills.Add(fill);
        return fill;
    }

    private async ValueTask<BodyPiece> TryReadDiskAsync(BodyReader reader, int index, long end)
    {
        if (cache.Disk is not { } tier || Disk is not { } stored || !stored.Has(index)) return default;
        var from = (long)index * ChunkSize;
        // Where the length is not known yet, the last chunk has not been written either.
        var size = Metadata.Length is { } length ? (int)Math.Min(ChunkSize, length - from) : ChunkSize;
        if (cache.Memory.CapacityBytes == 0 || IsCrowded())
        {
            var offset = (int)(reader.Position - from);
            var block = cache.Memory.Rent((int)Math.Min(size - offset, end - reader.Position));
            if (await tier.ReadAsync(stored, index, offset, block.Memory, CancellationToken.None)) return new BodyPiece(block, 0, block.Length);
            block.Release();
            return default;
        }

        // Somebody else is reading it.
        if (At(index) is not null) return default;
        var chunk = new Chunk(this, index, cache.Memory.Rent(size));
        if (!TryPlace(chunk))
        {
            chunk.Block.Release();
            return default;
        }

        try
        {
            if (await tier.ReadAsync(stored, index, 0, chunk.Block.Memory, CancellationToken.None))
            {
                chunk.Filled = size;
                Keep(chunk);
                // Taken while the chunk is still held here, so a tier too small to keep it cannot lose it first.
                if (TryRead(reader.Position, end, out var piece)) return piece;
            }

            return default;
        }
        finally
        {
            chunk.Drop();
            Progress.Pulse();
        }
    }

    /// <summary>
    /// Many readers of one large body, each somewhere else in it, would push whole chunks through memory that none of the others needs: they read what they
    /// send, and one read in eight takes the chunk in, so that what is hot gets there all the same.
    /// </summary>
    private bool IsCrowded() =>
        Metadata.Length is not <= FillWindow.LargeBytes && Volatile.Read(ref holds) > 8 && (Interlocked.Increment(ref crowdedReads) & 7) != 0;

    private Chunk? At(int index)
    {
        var array = Volatile.Read(ref chunks);
        return (uint)index < (uint)array.Length ? Volatile.Read(ref array[index]) : null;
    }

    private bool HoldsChunk(int index) => At(index) is { IsComplete: true } || Disk?.Has(index) == true;

    private bool HasMemoryChunks() => Array.Exists(Volatile.Read(ref chunks), chunk => chunk is { IsComplete: true });

    private int ChunkCount(long length) => (int)Math.Max(1, (length + ChunkSize - 1) / ChunkSize);
}
