using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Sluice.S3.Downloads;

/// <summary>What the bytes of an object sum up to.</summary>
/// <param name="Sha256">SHA-256; null while nobody took it.</param>
/// <param name="Crc">CRC-64/NVME.</param>
internal sealed record DownloadSums(byte[]? Sha256, ulong Crc)
{
    /// <summary>Of a file, or of what is packed in it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="packed">It is compressed.</param>
    /// <param name="hash">Take the SHA-256 too.</param>
    public static DownloadSums Of(string path, bool packed, bool hash)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
        using Stream bytes = packed ? new BrotliStream(file, CompressionMode.Decompress) : file;
        using var sha256 = hash ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        try
        {
            var crc = 0UL;
            for (int count; (count = bytes.Read(buffer)) > 0;)
            {
                crc = DownloadCrc.Nvme.Append(crc, buffer.AsSpan(0, count));
                sha256?.AppendData(buffer, 0, count);
            }
            return new(sha256?.GetHashAndReset(), crc);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>True when a file is what an entry was.</summary>
    public static bool Fit(DownloadRow row, string path) =>
        row.Crc is { } crc ? Of(path, packed: false, hash: false).Crc == crc : row.Sha256 is { } sha256 && Of(path, packed: false, hash: true).Sha256.AsSpan().SequenceEqual(sha256);
}
