using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Sluice.S3.Downloads;

/// <summary>What a file sums up to. Each part's CRCs are taken of the bytes as they arrive, in any order. Hashes need all bytes in a row: they are read back from the page cache, and only where the server tells such a hash, or the file is small.</summary>
internal sealed class DownloadDigest : IDisposable
{
    /// <summary>Files up to here are hashed with SHA-256 at once; of larger ones that takes longer than fetching them may, and waits for somebody who reads them anyway.</summary>
    public const long HashedAtOnce = 8 << 20;

    private const int Step = 1 << 20;

    private readonly DownloadChecksum? told;
    private readonly IncrementalHash? sha256, other;
    private readonly (ulong Nvme, ulong Told, long Length)[] parts;

    public DownloadDigest(DownloadHead head, int count)
    {
        parts = new (ulong, ulong, long)[count];
        told = head.Checksum;
        if (head.Length <= HashedAtOnce || told?.Hash == HashAlgorithmName.SHA256) sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (told?.Hash is { } hash && hash != HashAlgorithmName.SHA256) other = IncrementalHash.CreateHash(hash);
    }

    /// <summary>True when <see cref="Append"/> is wanted.</summary>
    public bool Hashes => sha256 is not null || other is not null;

    /// <summary>Bytes of a part arrived, in their order.</summary>
    public void Arrived(int part, ReadOnlySpan<byte> bytes)
    {
        ref var sums = ref parts[part];
        var nvme = DownloadCrc.Nvme.Append(sums.Nvme, bytes);
        sums = (nvme, told?.Crc is not { } crc || crc == DownloadCrc.Nvme ? nvme : crc.Append(sums.Told, bytes), sums.Length + bytes.Length);
    }

    /// <summary>Takes the bytes [start, end) into the hashes.</summary>
    public void Append(SafeFileHandle file, long start, long end)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Step);
        try
        {
            for (int count; start < end; start += count)
            {
                count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(Step, end - start)), start);
                if (count == 0) throw new EndOfStreamException("The file being written became shorter.");
                sha256?.AppendData(buffer, 0, count);
                other?.AppendData(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The sums; null when the bytes are not those the server says it holds.</summary>
    public DownloadSums? Finish()
    {
        var sums = new DownloadSums(sha256?.GetHashAndReset(), parts.Aggregate(0UL, (sum, part) => DownloadCrc.Nvme.Join(sum, part.Nvme, part.Length)));
        return told switch
        {
            { Crc: { } crc } => told.Is(parts.Aggregate(0UL, (sum, part) => crc.Join(sum, part.Told, part.Length))) ? sums : null,
            { } => (other?.GetHashAndReset() ?? sums.Sha256!).AsSpan().SequenceEqual(told.Value) ? sums : null,
            null => sums,
        };
    }

    public void Dispose()
    {
        sha256?.Dispose();
        other?.Dispose();
    }
}
