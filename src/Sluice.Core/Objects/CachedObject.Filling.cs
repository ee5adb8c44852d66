using Sluice.Core.Disk;
using Sluice.Core.Flights;
using Sluice.Core.Origins;

namespace Sluice.Core.Objects;

/// <content>What a fill does to the body.</content>
public sealed partial class CachedObject
{
    /// <summary>Starts taking in the body of an origin's answer, from <paramref name="start"/> on. The fill owns the response.</summary>
    /// <param name="response">A 200, or a 206 whose first byte is at a chunk's start.</param>
    /// <param name="start">Where its first byte belongs.</param>
    /// <param name="end">One past its last byte; null when the length is not declared.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="reader">The reader it is for, already known as waiting so that the fill does not stop for lack of interest.</param>
    /// <param name="background">True when it goes on without any reader.</param>
    public void Take(OriginResponse response, long start, long? end, FillSource source, BodyReader? reader = null, bool background = false)
    {
        var fill = new Fill(this, cache, start, end, source, response) { IsBackground = background };
        lock (gate)
        {
            fills.Add(fill);
            if (reader is not null)
            {
                if (!waiting.Contains(reader)) waiting.Add(reader);
                reader.Fill = fill;
            }
        }

        fill.Start();
    }

    /// <summary>Waits until every byte is held in some tier, or was at least here.</summary>
    public async Task CompleteAsync(CancellationToken cancellation = default)
    {
        using var reader = Open(0, Metadata.Length ?? long.MaxValue, Source);
        await reader.ReadToEndAsync(cancellation);
    }

    /// <summary>The chunk to write the bytes at <paramref name="index"/> into, held by the caller; null when they are held or arriving already.</summary>
    internal Chunk? Begin(int index)
    {
        if (HoldsChunk(index)) return null;
        var size = Metadata.Length is { } length ? (int)Math.Min(ChunkSize, length - ((long)index * ChunkSize)) : ChunkSize;
        var chunk = new Chunk(this, index, cache.Memory.Rent(size));
        if (TryPlace(chunk)) return chunk;
        chunk.Block.Release();
        return null;
    }

    /// <summary>Offers a complete chunk to the memory tier.</summary>
    internal bool Keep(Chunk chunk)
    {
        if (IsDetached) return false;
        chunk.Hold();
        if (cache.Memory.TryAdmit(chunk))
        {
            // Detached between the look and the admission: nobody else will take it out again.
            if (IsReleased && cache.Memory.Remove(chunk)) chunk.Drop();
            return true;
        }

        chunk.Drop();
        return false;
    }

    /// <summary>The body ended: its length, unknown until now, is this.</summary>
    internal void SetLength(long length)
    {
        DiskObject? stored;
        lock (gate)
        {
            if (metadata.Length is not null) return;
            var known = metadata with { Version = metadata.Version with { Length = length } };
            Volatile.Write(ref metadata, known);
            stored = Update(known);
        }

        if (stored is not null) cache.Disk!.ListEmpty(stored);
        // Now, and not when the fill ends, which waits for those who are behind.
        Progress.Pulse();
    }

    /// <summary>Puts a smaller block in the place of a chunk that turned out shorter than its block.</summary>
    internal Chunk Shrink(Chunk chunk, int size)
    {
        var block = cache.Memory.Rent(size);
        chunk.Block.GetSpan()[..size].CopyTo(block.GetSpan());
        var small = new Chunk(this, chunk.Index, block) { Filled = size };
        lock (gate) chunks[chunk.Index] = small;
        chunk.Drop();
        return small;
    }

    internal void Ended(Fill fill, Exception? failure)
    {
        bool lost;
        lock (gate)
            isLost = lost = fills.Count == 1 && !detached && (metadata.Length is not { } length || (!CanFillGaps && !Holds(0, length)));
        // A body that broke off and cannot be completed by range is of no use to anybody who comes later.
        if (lost && !PutFormerBack()) ObjectCache.Remove(this);
        bool isUncounted;
        CachedObject? replaced = null;
        lock (gate)
        {
            fill.Failure = failure;
            fills.Remove(fill);
            brokeOff = failure is not null;
            if (lost) lostBy = failure;
            if (fills.Count == 0 && !brokeOff) replaced = GiveFormer();
            isUncounted = fills.Count == 0 && !detached && IsUncounted;
            if (failure is OriginException && fill.HasBroughtBytes)
            {
                brokenAt = (int)(fill.Position / ChunkSize);
                brokenBy = failure;
                fill.FailureNumber = ++failures;
            }
        }

        replaced?.Detach();
        if (!isUncounted) DropHead();
        // One that nothing bounds is not kept: where no tier takes anything there would be ever more of them.
        else if (!AdmitHead() && !PutFormerBack()) ObjectCache.Remove(this);
        Progress.Pulse();
    }

    internal bool IsWanted(Fill fill)
    {
        lock (gate) return fill.IsWanted(waiting);
    }

    /// <summary>Gives up a fill that nobody wants; in one step, so that nobody follows it who comes just then.</summary>
    internal bool AbandonUnwanted(Fill fill)
    {
        lock (gate)
        {
            if (fill.IsWanted(waiting)) return false;
            fill.Abandon();
            return true;
        }
    }

    /// <summary>How far the readers of a fill are: the foremost, or the hindmost.</summary>
    internal long ReaderPosition(Fill fill, bool foremost)
    {
        lock (gate)
        {
            long? result = null;
            foreach (var reader in waiting)
            {
                // One that begins where this fill ends is another's, and waits there for as long as it likes. One that waits for this fill further on can read nothing before it is there.
                var passed = Math.Min(reader.Position, fill.Position);
                if (reader.End <= fill.First || reader.Position >= fill.End || (reader.Position > passed && !ReferenceEquals(reader.Fill, fill))) continue;
                result = result is not { } best ? passed : foremost ? Math.Max(best, passed) : Math.Min(best, passed);
            }

            return result ?? fill.Position;
        }
    }

    private bool TryPlace(Chunk chunk)
    {
        lock (gate)
        {
            if (chunk.Index >= chunks.Length)
            {
                var former = chunks;
                var grown = new Chunk?[Math.Max(chunk.Index + 1, former.Length * 2)];
                for (var i = 0; i < former.Length; i++) grown[i] = Volatile.Read(ref former[i]);
                Interlocked.Exchange(ref chunks, grown);
                // Whoever forgot a chunk before it could see the new array took it out of the former one only.
                for (var i = 0; i < former.Length; i++)
                    if (Volatile.Read(ref former[i]) is null) Volatile.Write(ref grown[i], null);
            }

            return Interlocked.CompareExchange(ref chunks[chunk.Index], chunk, null) is null;
        }
    }
}
