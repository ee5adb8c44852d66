using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Sluice.Core.Disk;

/// <summary>Writes the primitives of <see cref="ObjectMetadataFormat"/>.</summary>
internal sealed class MetadataWriter
{
    private readonly ArrayBufferWriter<byte> bytes = new(512);

    public void Byte(byte value)
    {
        bytes.GetSpan(1)[0] = value;
        bytes.Advance(1);
    }

    /// <summary>Seven bits a byte, lowest first, the high bit set on all but the last.</summary>
    public void Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    /// <summary>Zigzag: 0, -1, 1, -2 become 0, 1, 2, 3.</summary>
    public void Signed(long value) => Number((ulong)((value << 1) ^ (value >> 63)));

    public void Text(string value)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        Number((ulong)count);
        bytes.Advance(Encoding.UTF8.GetBytes(value, bytes.GetSpan(count)));
    }

    /// <summary>Appends the checksum of everything so far and returns it all.</summary>
    public byte[] Seal()
    {
        var crc = Crc32C.Compute(bytes.WrittenSpan);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.GetSpan(4), crc);
        bytes.Advance(4);
        return bytes.WrittenSpan.ToArray();
    }
}
