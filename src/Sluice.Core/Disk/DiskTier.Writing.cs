using Microsoft.Extensions.Logging;
using Sluice.Core.Storage;

namespace Sluice.Core.Disk;

/// <content>Storing chunks.</content>
public sealed partial class DiskTier
{
    private static readonly TimeSpan WaitForReaders = TimeSpan.FromSeconds(1);

    /// <summary>Writes one whole chunk (the last one of a body may be shorter): reserves room first, evicting others; then the bytes, their CRC32C, and in the background the index. False when it was not stored: no room, the write failed, the object was removed, or another writer has this chunk. True at once when it is held already.</summary>
    /// <exception cref="ArgumentException">The bytes are not a whole chunk.</exception>
    public async ValueTask<bool> WriteAsync(DiskObject target, int chunk, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        CheckWhole(target, chunk, bytes.Length);
        if (disposed || lost || !target.TryUse()) return false;
        try
        {
            var body = BodyOf(target);
            if (!body.TryBegin(chunk, out var paid)) return body.Has(chunk);
            var stored = false;
            try
            {
                stored = await StoreAsync(target, body, chunk, bytes, paid, cancellation);
            }
            finally
            {
                if (!stored) body.Abort(chunk, paid);
            }
            if (!stored) Interlocked.Increment(ref refusedChunks);
            return stored;
        }
        finally
        {
            EndUse(target);
        }
    }

    private async ValueTask<bool> StoreAsync(DiskObject target, DiskBody body, int chunk, ReadOnlyMemory<byte> bytes, bool paid, CancellationToken cancellation)
    {
        if (!paid && !await ReserveAsync(target, bytes.Length, cancellation)) return false;
        var written = false;
        try
        {
            Register(target);
            await RandomAccess.WriteAsync(files.Get(target, body), bytes, (long)chunk * options.ChunkSize, cancellation);
            written = true;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException && target.ChunkCount > 0)
        {
            Missing(target);
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            if (!disposed && writeLog.Allows()) logger.LogError(DiskEvents.WriteFailed, failure, "A chunk could not be written to the disk cache, which goes on without it. Check free space (df, df -i, quota) and permissions of {Directory}", options.Directory);
            if (NoRoomException.IsFull(failure)) space.Fill();
            return false;
        }
        finally
        {
            if (!written && !paid) space.GiveBack(target, bytes.Length);
        }
        var checksum = Crc32C.Compute(bytes.Span);
        body.Complete(chunk, checksum, bytes.Length);
        writer.Add(new IndexChange(IndexChangeKind.Chunk, target, chunk, checksum, bytes.Length));
        // Begun before; nothing else would let go of it.
        if (lost) Drop(target);
        return !target.IsRemoved;
    }

    private async ValueTask<bool> ReserveAsync(DiskObject target, int bytes, CancellationToken cancellation)
    {
        // What an index that was lost left behind is not counted, so nothing may be added before it is gone.
        if (index.StartedEmpty && !Sweep.IsCompleted) return false;
        while (true)
        {
            var freed = space.Freed;
            switch (MakeRoom(target, bytes))
            {
                case Reservation.Granted:
                    return true;
                case Reservation.Wait:
                    try
                    {
                        await freed.WaitAsync(WaitForReaders, time, cancellation);
                        break;
                    }
                    catch (TimeoutException)
                    {
                        return false;
                    }
                default:
                    if (indexRead || target.IsRemoved || bytes > options.MaximumBytes) return false;
                    // Right after a start the objects that could go are not known yet.
                    await ReadIndexAsync().WaitAsync(cancellation);
                    break;
            }
        }
    }

    /// <summary>Reserves, deleting what is evicted for it: never answers <see cref="Reservation.Evicted"/>.</summary>
    private Reservation MakeRoom(DiskObject target, int bytes)
    {
        while (true)
        {
            List<DiskSpace.Victim>? victims = null;
            var outcome = space.TryReserve(target, bytes, ref victims);
            // Before what was evicted is gone.
            if (outcome is Reservation.Evicted or Reservation.Refused && space.IsFileSystemShort(bytes) && shortLog.Allows())
                logger.LogWarning(DiskEvents.SpaceShort, "The file system of {Directory} is down to the {Minimum} MB that are to be left free: the disk cache gives up what it needs least for what is new, and without that stores nothing. Make room, or lower cache.minimumFree", options.Directory, options.MinimumFreeBytes >> 20);
            victims?.ForEach(Discard);
            if (outcome != Reservation.Evicted) return outcome;
        }
    }

    private void CheckWhole(DiskObject target, int chunk, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(chunk);
        if (target.Length == DiskObject.UnknownLength)
        {
            if (length <= 0 || length > options.ChunkSize) throw new ArgumentException($"A chunk has 1 to {options.ChunkSize} bytes, not {length}.");
            ArgumentOutOfRangeException.ThrowIfGreaterThan(chunk, options.MaximumBytes / options.ChunkSize);
        }
        else
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(chunk, ChunksOf(target.Length));
            if (length != LengthOf(target, chunk)) throw new ArgumentException($"Chunk {chunk} of this body has {LengthOf(target, chunk)} bytes, not {length}.");
        }
    }
}
