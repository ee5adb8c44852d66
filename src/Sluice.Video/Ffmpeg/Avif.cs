using System.Buffers.Binary;
using System.Text;

namespace Sluice.Video.Ffmpeg;

/// <summary>
/// Puts one AV1 picture, as an encoder's stream of OBUs, into an AVIF file (AVIF 1.1, on HEIF ISO/IEC 23008-12): ffmpeg writes these only into files it can go back in, and it gets none.
/// What the file says of the picture is read from its sequence header (AV1 section 5.5); only the short form that still pictures have is understood.
/// </summary>
internal static class Avif
{
    private const int TemporalDelimiter = 2, SequenceHeader = 1;

    /// <summary>The file; null when the stream is no still picture of 8 bits in 4:2:0.</summary>
    public static byte[]? Wrap(ReadOnlySpan<byte> stream)
    {
        // A delimiter has no place in the file.
        if (stream.Length > 2 && stream[0] >> 3 == TemporalDelimiter && stream[1] == 0) stream = stream[2..];
        if (stream.Length < 4 || stream[0] >> 3 != SequenceHeader || (stream[0] & 2) == 0 || stream[1] > 0x7f || stream.Length < 2 + stream[1]) return null;
        var bits = new Bits(stream.Slice(2, stream[1]));
        var (profile, isStill, isShort, level) = (bits.Take(3), bits.Take(1), bits.Take(1), bits.Take(5));
        if ((profile, isStill, isShort) != (0, 1, 1)) return null;
        var (widthBits, heightBits) = (bits.Take(4) + 1, bits.Take(4) + 1);
        var (width, height) = (bits.Take(widthBits) + 1, bits.Take(heightBits) + 1);

        var head = Box("ftyp", "avif"u8.ToArray(), [0, 0, 0, 0], "avifmif1miafMA1B"u8.ToArray());
        // Where the picture lies follows from how long what stands before it is, which does not depend on where that is.
        var meta = Meta(0, stream.Length, width, height, level);
        meta = Meta(head.Length + meta.Length + 8, stream.Length, width, height, level);
        return [.. head, .. meta, .. Box("mdat", stream.ToArray())];
    }

    private static byte[] Meta(int offset, int length, int width, int height, int level) => Box("meta", [0, 0, 0, 0],
        Box("hdlr", [0, 0, 0, 0, 0, 0, 0, 0], "pict"u8.ToArray(), new byte[12], [0]),
        Box("pitm", [0, 0, 0, 0, 0, 1]),
        Box("iloc", [0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1], Number(offset), Number(length)),
        Box("iinf", [0, 0, 0, 0, 0, 1], Box("infe", [2, 0, 0, 0, 0, 1, 0, 0], "av01"u8.ToArray(), [0])),
        Box("iprp",
            Box("ipco",
                Box("ispe", [0, 0, 0, 0], Number(width), Number(height)),
                Box("pixi", [0, 0, 0, 0, 3, 8, 8, 8]),
                Box("av1C", [0x81, (byte)level, 0x0c, 0])),
            // Of the one picture: its size, its bits, and the decoder's settings, which it needs.
            Box("ipma", [0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 3, 1, 2, 0x83])));

    private static byte[] Box(string name, params ReadOnlySpan<byte[]> parts)
    {
        var length = 8;
        foreach (var part in parts) length += part.Length;
        var box = new byte[length];
        BinaryPrimitives.WriteInt32BigEndian(box, length);
        Encoding.ASCII.GetBytes(name, box.AsSpan(4));
        var at = 8;
        foreach (var part in parts)
        {
            part.CopyTo(box, at);
            at += part.Length;
        }
        return box;
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>Bits from the highest on; those beyond the end are 0.</summary>
    private ref struct Bits(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;
        private int at;

        public int Take(int count)
        {
            var value = 0;
            for (; count > 0; count--, at++) value = (value << 1) | (at / 8 < bytes.Length ? (bytes[at / 8] >> (7 - (at % 8))) & 1 : 0);
            return value;
        }
    }
}
