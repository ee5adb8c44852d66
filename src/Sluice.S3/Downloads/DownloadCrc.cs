using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sluice.S3.Downloads;

/// <summary>A reflected CRC of up to 64 bits. Sums of pieces are joined without their bytes, so pieces may be summed in any order, each as it arrives.</summary>
internal sealed class DownloadCrc
{
    private const int FoldedAtLeast = 128;

    // A polynomial of 32 bits is one of 64 times x^32: its remainders are those of the 64 bits, in the low half.
    private readonly ulong polynomial, mask;
    private readonly ulong[][] tables = new ulong[8][];
    private readonly Vector128<ulong> near, far;

    private DownloadCrc(ulong polynomial, ulong mask)
    {
        (this.polynomial, this.mask) = (polynomial, mask);
        tables[0] = [.. Enumerable.Range(0, 256).Select(value => Enumerable.Range(0, 8).Aggregate((ulong)value, (sum, _) => Halve(sum)))];
        for (var i = 1; i < 8; i++) tables[i] = [.. tables[i - 1].Select(sum => tables[0][(byte)sum] ^ (sum >> 8))];
        near = Vector128.Create(Power(128 + 63), Power(128 - 1));
        far = Vector128.Create(Power(512 + 63), Power(512 - 1));
    }

    /// <summary>CRC-64/NVME: what S3 sums an upload with when its client does not choose.</summary>
    public static DownloadCrc Nvme { get; } = new(0x9A6C9329AC4BC9B5, ulong.MaxValue);

    /// <summary>CRC-32 of zip and Ethernet.</summary>
    public static DownloadCrc Zip { get; } = new(0xEDB88320, uint.MaxValue);

    /// <summary>CRC-32C (RFC 3720, appendix B.4).</summary>
    public static DownloadCrc Castagnoli { get; } = new(0x82F63B78, uint.MaxValue);

    /// <summary>The sum of bytes that follow those of <paramref name="sum"/>; begin with 0.</summary>
    public ulong Append(ulong sum, ReadOnlySpan<byte> bytes)
    {
        sum ^= mask;
        if (Pclmulqdq.IsSupported && bytes.Length >= FoldedAtLeast) sum = Fold(sum, ref bytes);
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var next = sum ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            sum = 0;
            for (var i = 0; i < 8; i++) sum ^= tables[7 - i][(byte)(next >> (8 * i))];
        }
        foreach (var value in bytes) sum = tables[0][(byte)(sum ^ value)] ^ (sum >> 8);
        return sum ^ mask;
    }

    /// <summary>The sum of two pieces in a row.</summary>
    /// <param name="first">Sum of the first.</param>
    /// <param name="second">Sum of the second.</param>
    /// <param name="length">Bytes of the second.</param>
    public ulong Join(ulong first, ulong second, long length) => Multiply(Power(length * 8), first) ^ second;

    // Carry-less products move 64 bytes at a time over the next 64 ("Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", Intel 2009). Optimised at once: the first call may be the only one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong Fold(ulong sum, ref ReadOnlySpan<byte> bytes)
    {
        var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        var (a, b, c, d) = (blocks[0] ^ Vector128.CreateScalar(sum), blocks[1], blocks[2], blocks[3]);
        var i = 4;
        for (; i + 4 <= blocks.Length; i += 4)
        {
            a = Step(a, far) ^ blocks[i];
            b = Step(b, far) ^ blocks[i + 1];
            c = Step(c, far) ^ blocks[i + 2];
            d = Step(d, far) ^ blocks[i + 3];
        }
        d ^= Step(c ^ Step(b ^ Step(a, near), near), near);
        for (; i < blocks.Length; i++) d = Step(d, near) ^ blocks[i];
        bytes = bytes[(blocks.Length * 16)..];
        sum = 0;
        foreach (var value in MemoryMarshal.AsBytes(new ReadOnlySpan<Vector128<ulong>>(in d))) sum = tables[0][(byte)(sum ^ value)] ^ (sum >> 8);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Step(Vector128<ulong> block, Vector128<ulong> by) => Pclmulqdq.CarrylessMultiply(block, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(block, by, 0x11);

    // x^n modulo the polynomial; bit 63 is x^0.
    private ulong Power(long n)
    {
        var result = 1UL << 63;
        for (var square = 1UL << 62; n > 0; n >>= 1, square = Multiply(square, square))
            if ((n & 1) == 1) result = Multiply(square, result);
        return result;
    }

    private ulong Multiply(ulong a, ulong b)
    {
        var product = 0UL;
        for (; a != 0; a <<= 1, b = Halve(b))
            if (a >> 63 == 1) product ^= b;
        return product;
    }

    private ulong Halve(ulong value) => (value & 1) == 1 ? (value >> 1) ^ polynomial : value >> 1;
}
