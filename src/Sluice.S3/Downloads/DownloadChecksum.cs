using System.Buffers.Binary;
using System.Numerics;

namespace Sluice.S3.Downloads;

/// <summary>A checksum that S3 keeps of a whole object: x-amz-checksum-sha256 or -crc32c. Of an upload in parts it is one of the parts', and then says nothing about the bytes in a row.</summary>
/// <param name="Sha256">True: SHA-256; false: CRC-32C.</param>
/// <param name="Value">Its bytes.</param>
internal sealed record DownloadChecksum(bool Sha256, byte[] Value)
{
    /// <summary>The checksum a field holds; null when there is none, or it is not of the whole.</summary>
    public static DownloadChecksum? Of(string? sha256, string? crc32C, string? type)
    {
        if (type is not null && type != "FULL_OBJECT") return null;
        Span<byte> bytes = stackalloc byte[32];
        if (sha256 is { Length: 44 } && Convert.TryFromBase64String(sha256, bytes, out var length) && length == 32) return new(true, bytes.ToArray());
        return crc32C is { Length: 8 } && Convert.TryFromBase64String(crc32C, bytes, out length) && length == 4 ? new(false, bytes[..4].ToArray()) : null;
    }

    /// <summary>Takes bytes into a CRC-32C; begin with <see cref="uint.MaxValue"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return crc;
    }

    /// <summary>True when these are the checksums of the bytes.</summary>
    public bool Matches(ReadOnlySpan<byte> sha256, uint crc) => Sha256 ? sha256.SequenceEqual(Value) : BinaryPrimitives.ReadUInt32BigEndian(Value) == ~crc;
}
