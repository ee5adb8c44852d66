using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Core.Disk;

/// <content>Reading chunks.</content>
public sealed partial class DiskTier
{
    /// <summary>Reads bytes of a chunk at an offset in it, filling the buffer. The first read of a chunk since start checks its CRC32C. False when it is not held, or damaged (then it is dropped and counted).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The chunk is held and has no such bytes.</exception>
    public ValueTask<bool> ReadAsync(DiskObject source, int chunk, int offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        if (disposed || !source.TryUse()) return new(false);
        return source.Body is { Handle: { } handle } body && body.IsVerified(chunk)
            ? ReadVerifiedAsync(source, body, handle, chunk, offset, buffer, cancellation)
            : ReadFirstAsync(source, chunk, offset, buffer, cancellation);
    }

    /// <summary>Lends an object's open file; false when it is not open, or on its way out. Opens nothing, waits for nothing.</summary>
    public bool TryLease(DiskObject source, out FileLease lease)
    {
        lease = default;
        if (disposed || !source.TryUse()) return false;
        if (source.Body is { Handle: { } handle } body)
        {
            if (!body.Touched) body.Touched = true;
            lease = new FileLease(source, body, handle);
            return true;
        }

        EndUse(source);
        return false;
    }

    /// <summary>Checks the chunks of an object that nobody has read yet, behind whatever goes on, so that its file can be sent as it is; once at a time.</summary>
    public void Verify(DiskObject source)
    {
        if (source.TryBeginVerify()) _ = Task.Run(() => VerifyAsync(source));
    }

    private async Task VerifyAsync(DiskObject source)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(source.Length, 1, options.ChunkSize));
        try
        {
            if (source.Body is not { } body) return;
            for (var chunk = 0; chunk < body.Capacity && !source.IsRemoved; chunk++)
                if (body.Has(chunk) && !body.IsVerified(chunk)) await ReadAsync(source, chunk, 0, buffer.AsMemory(0, body.LengthOf(chunk)), CancellationToken.None);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            source.EndVerify();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadVerifiedAsync(DiskObject source, DiskBody body, SafeFileHandle handle, int chunk, int offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            CheckInside(body, chunk, offset, buffer.Length);
            if (!body.Touched) body.Touched = true;
            var position = ((long)chunk * options.ChunkSize) + offset;
            if (PageCacheRead.TryFill(handle, buffer.Span, position) || await FillAsync(handle, buffer, position, cancellation)) return true;
            DropChunk(source, body, chunk);
            return false;
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            ReportRead(failure);
            // Closed just now, as a file is that was not used: the next try opens it again.
            if (failure is not ObjectDisposedException) LetGo(source, body, chunk);
            return false;
        }
        finally
        {
            EndUse(source);
        }
    }

    // Opens, may ask the index, reads a whole chunk and sums it up: never on the thread of a socket.
    private async ValueTask<bool> ReadFirstAsync(DiskObject source, int chunk, int offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var body = BodyOf(source);
            if (!body.Has(chunk)) return false;
            CheckInside(body, chunk, offset, buffer.Length);
            var handle = files.Get(source, body);
            var start = (long)chunk * options.ChunkSize;
            if (body.IsVerified(chunk) ? await FillAsync(handle, buffer, start + offset, cancellation) : await ReadCheckedAsync(body, handle, chunk, offset, buffer, cancellation)) return true;
            DropChunk(source, body, chunk);
            return false;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            Missing(source);
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            ReportRead(failure);
            if (failure is not ObjectDisposedException && source.Body is { } body) LetGo(source, body, chunk);
            return false;
        }
        finally
        {
            EndUse(source);
        }
    }

    private async ValueTask<bool> ReadCheckedAsync(DiskBody body, SafeFileHandle handle, int chunk, int offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        var length = body.LengthOf(chunk);
        var start = (long)chunk * options.ChunkSize;
        var rented = buffer.Length == length ? null : ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var whole = rented is null ? buffer : rented.AsMemory(0, length);
            if (!await FillAsync(handle, whole, start, cancellation) || Crc32C.Compute(whole.Span) != body.ChecksumOf(chunk)) return false;
            if (rented is not null) whole.Slice(offset, buffer.Length).CopyTo(buffer);
            body.Verify(chunk);
            return true;
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Fills the buffer; false when the file ends before.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> FillAsync(SafeFileHandle handle, Memory<byte> buffer, long position, CancellationToken cancellation)
    {
        while (buffer.Length > 0)
        {
            var read = await RandomAccess.ReadAsync(handle, buffer, position, cancellation);
            if (read == 0) return false;
            buffer = buffer[read..];
            position += read;
        }
        return true;
    }

    private static void CheckInside(DiskBody body, int chunk, int offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + count, body.LengthOf(chunk));
    }

    private void DropChunk(DiskObject source, DiskBody body, int chunk)
    {
        if (!LetGo(source, body, chunk)) return;
        Interlocked.Increment(ref damagedChunks);
        if (damageLog.Allows()) logger.LogWarning(DiskEvents.ChunkDamaged, "Chunk {Chunk} of body file {Name}, and perhaps others, is damaged and was dropped; it is fetched again when asked for. If this repeats, check the disk", chunk, source.Name);
    }

    /// <summary>A chunk that cannot be had is not held any more: whoever is told that it is there reads again, and so on for ever. False when another reader let go of it.</summary>
    private bool LetGo(DiskObject source, DiskBody body, int chunk)
    {
        if (!body.Drop(chunk)) return false;
        writer.Add(new IndexChange(IndexChangeKind.Drop, source, chunk, 0, body.LengthOf(chunk)));
        return true;
    }

    private void Missing(DiskObject source)
    {
        if (readLog.Allows()) logger.LogWarning(DiskEvents.FileMissing, "Body file {Name} is missing although the index has it; the object is dropped. Do not delete files while the program runs", source.Name);
        Drop(source);
    }

    private void ReportRead(Exception failure)
    {
        if (!disposed && readLog.Allows()) logger.LogError(DiskEvents.ReadFailed, failure, "A chunk could not be read from the disk cache and is a miss. Check the disk and the permissions of {Directory}", options.Directory);
    }
}
