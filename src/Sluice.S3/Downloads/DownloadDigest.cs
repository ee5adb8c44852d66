using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Sluice.S3.Downloads;

/// <summary>SHA-256, CRC-32C and, where the server tells it, MD5 of a file, taken while it grows: each part is read back from the page cache once those before it are there.</summary>
internal sealed class DownloadDigest(DownloadHead head) : IDisposable
{
    private const int Step = 1 << 20;

    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash? md5 = head.HasMd5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
    private uint crc = uint.MaxValue;

    /// <summary>Takes the bytes [start, end) in.</summary>
    public void Append(SafeFileHandle file, long start, long end)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Step);
        try
        {
            for (int count; start < end; start += count)
            {
                count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(Step, end - start)), start);
                if (count == 0) throw new EndOfStreamException("The file being written became shorter.");
                sha256.AppendData(buffer, 0, count);
                md5?.AppendData(buffer, 0, count);
                if (head.Checksum is { Sha256: false }) crc = DownloadChecksum.Append(crc, buffer.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The SHA-256; null when the bytes are not those the server says it holds.</summary>
    public byte[]? Finish()
    {
        var hash = sha256.GetHashAndReset();
        if (md5 is not null && !md5.GetHashAndReset().AsSpan().SequenceEqual(head.Md5)) return null;
        return head.Checksum is { } told && !told.Matches(hash, crc) ? null : hash;
    }

    public void Dispose()
    {
        sha256.Dispose();
        md5?.Dispose();
    }
}
