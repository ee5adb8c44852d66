using System.Text;

namespace Sluice.Core.Disk;

/// <summary>Reads the primitives of <see cref="ObjectMetadataFormat"/>. Never throws: after the first bad byte <see cref="Failed"/> is true and everything reads as zero or empty.</summary>
internal ref struct MetadataReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private ReadOnlySpan<byte> rest = bytes;

    public bool Failed { get; private set; }

    public readonly bool AtEnd => rest.IsEmpty && !Failed;

    public byte Byte()
    {
        if (rest.IsEmpty) return (byte)Fail();
        var value = rest[0];
        rest = rest[1..];
        return value;
    }

    public ulong Number()
    {
        var value = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            if (Failed || (shift == 63 && next > 1)) return Fail();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        return Fail();
    }

    public long Signed()
    {
        var value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public TimeSpan Duration() => new(Signed());

    /// <summary>How many items follow. Each takes a byte at least, so a larger number than bytes left is damage and no reason to allocate.</summary>
    public int Count()
    {
        var count = Number();
        return count <= (ulong)rest.Length ? (int)count : (int)Fail();
    }

    public string Text()
    {
        var count = Count();
        if (Failed) return "";
        var part = rest[..count];
        rest = rest[count..];
        try
        {
            return Strict.GetString(part);
        }
        catch (DecoderFallbackException)
        {
            Fail();
            return "";
        }
    }

    private ulong Fail()
    {
        Failed = true;
        rest = default;
        return 0;
    }
}
