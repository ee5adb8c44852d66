using System.Buffers.Binary;
using System.Numerics;

namespace Sluice.Core.Disk;

/// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4) in the processor's own instruction, eight bytes a step.</summary>
internal static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
