using System.Buffers.Binary;

namespace Sluice.TestKit.Origins;

/// <summary>
/// An endless body made from a seed: any range can be produced or checked without holding the rest,
/// and no two seeds, and no two offsets near each other, give the same bytes.
/// </summary>
public sealed class BytePattern(ulong seed)
{
    /// <summary>Writes the bytes from <paramref name="offset"/> on.</summary>
    public void Fill(long offset, Span<byte> into)
    {
        Span<byte> word = stackalloc byte[8];
        while (!into.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Mix(seed ^ ((ulong)(offset >> 3) * 0x9E3779B97F4A7C15)));
            var from = (int)(offset & 7);
            var take = Math.Min(8 - from, into.Length);
            word.Slice(from, take).CopyTo(into);
            into = into[take..];
            offset += take;
        }
    }

    public byte[] Bytes(long offset, int count)
    {
        var bytes = new byte[count];
        Fill(offset, bytes);
        return bytes;
    }

    /// <summary>Position in <paramref name="actual"/> of the first byte that is not the pattern's, or -1.</summary>
    public int FirstDifference(long offset, ReadOnlySpan<byte> actual)
    {
        Span<byte> expected = stackalloc byte[4096];
        for (var done = 0; done < actual.Length;)
        {
            var part = expected[..Math.Min(expected.Length, actual.Length - done)];
            Fill(offset + done, part);
            var same = part.CommonPrefixLength(actual[done..]);
            if (same < part.Length)
                return done + same;
            done += part.Length;
        }

        return -1;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
