using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Sluice.Core.KeyValue;
using Sluice.Core.Objects;

namespace Sluice.S3.Downloads;

/// <summary>Files that the caches of several machines share through a store they all reach, such as Redis (row S3D-34). A version's bytes lie there in pieces, and last of all a note of what they sum up to, so that nobody finds half of one.</summary>
/// <remarks>Nothing is taken from it but a version that the server has just told the caller about, under the caller's own credentials: who may not read an object gets no byte of it here.</remarks>
internal sealed class DownloadShare(IKeyValueStore store, TimeProvider time, ILogger log)
{
    private const int PieceBytes = 512 << 10, AtOnce = 4, NoteBytes = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private long pausedUntil = long.MinValue;

    /// <summary>False for a while after a failure.</summary>
    private bool IsAvailable => time.GetTimestamp() >= Volatile.Read(ref pausedUntil);

    /// <summary>The name of a version; null for one that cannot be told from another by its name, which is not shared.</summary>
    public static string? Name(DownloadAsk ask, ObjectVersion version) =>
        version is { IsStrong: true, Length: > 0 } ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{ask.Source.Place}\n{ask.Url}\n{version.ETag}\n{version.Length}"))) : null;

    /// <summary>What a version sums up to; null when nobody shared it.</summary>
    public Task<ulong?> FindAsync(string name, long length, CancellationToken cancellation) => TryAsync(async () =>
        await store.GetAsync(name, cancellation) is { Value.Length: NoteBytes } note && BinaryPrimitives.ReadInt64LittleEndian(note.Value.Span) == length ? BinaryPrimitives.ReadUInt64LittleEndian(note.Value.Span[8..]) : (ulong?)null);

    /// <summary>Writes a version that was found to a file; false when it is not there any more, or other than it was.</summary>
    /// <exception cref="DownloadWriteException">The file could not be written.</exception>
    public async Task<bool> ReadAsync(string name, ulong crc, SafeFileHandle file, (long Length, Action<int> Arrived) to, CancellationToken cancellation)
    {
        var sums = new (ulong Sum, long Length)[Pieces(to.Length)];
        return await TryAsync(async () =>
        {
            await EachAsync(to.Length, async (piece, at, length, stop) =>
            {
                if (await store.GetAsync($"{name}.{piece}", stop) is not { } held || held.Value.Length != length) return;
                DownloadTransfer.Write(file, held.Value.Span, at);
                sums[piece] = (DownloadCrc.Nvme.Append(0, held.Value.Span), length);
                to.Arrived(length);
            }, cancellation);
            return sums.Aggregate(0UL, (sum, piece) => DownloadCrc.Nvme.Join(sum, piece.Sum, piece.Length)) == crc && sums.All(piece => piece.Length > 0);
        });
    }

    /// <summary>Shares a file.</summary>
    public async Task WriteAsync(string name, ulong crc, SafeFileHandle file, (long Length, TimeSpan TimeToLive) of, CancellationToken cancellation)
    {
        if (await FindAsync(name, of.Length, cancellation) is not null) return;
        await TryAsync(async () =>
        {
            await EachAsync(of.Length, async (piece, at, length, stop) =>
            {
                var bytes = new byte[length];
                for (var read = 0; read < length;)
                    read += RandomAccess.Read(file, bytes.AsSpan(read), at + read) is > 0 and var count ? count : throw new EndOfStreamException("A cached file became shorter.");
                await store.SetAsync($"{name}.{piece}", bytes, new(of.TimeToLive), stop);
            }, cancellation);
            var note = new byte[NoteBytes];
            BinaryPrimitives.WriteInt64LittleEndian(note, of.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(note.AsSpan(8), crc);
            await store.SetAsync(name, note, new(of.TimeToLive), cancellation);
            return true;
        });
    }

    private static int Pieces(long length) => (int)((length + PieceBytes - 1) / PieceBytes);

    private static Task EachAsync(long length, Func<int, long, int, CancellationToken, Task> run, CancellationToken cancellation) =>
        Parallel.ForEachAsync(Enumerable.Range(0, Pieces(length)), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (piece, stop) =>
        {
            var at = (long)piece * PieceBytes;
            await run(piece, at, (int)Math.Min(PieceBytes, length - at), stop);
        });

    // Who cannot reach it does without; once is said, and for a while it is left alone.
    private async Task<T?> TryAsync<T>(Func<Task<T>> run)
    {
        if (!IsAvailable) return default;
        try
        {
            return await run();
        }
        catch (Exception failure) when (failure is IOException or TimeoutException or DbException or InvalidOperationException)
        {
            if (Interlocked.Exchange(ref pausedUntil, time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency)) <= time.GetTimestamp())
                log.LogWarning(DownloadEvents.ShareFailed, "Downloads cannot be shared with other machines for now ({Reason}); they come from the bucket", failure.Message.TrimEnd('.'));
            return default;
        }
    }
}
