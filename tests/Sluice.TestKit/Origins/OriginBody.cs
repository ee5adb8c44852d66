using System.Text;

namespace Sluice.TestKit.Origins;

/// <summary>What a <see cref="FaultyOrigin"/> holds under a path: so many bytes, produced on demand.</summary>
public sealed class OriginBody
{
    private readonly Action<long, Memory<byte>> _read;

    private OriginBody(long length, Action<long, Memory<byte>> read)
    {
        Length = length;
        _read = read;
    }

    /// <summary>Bytes in the whole body.</summary>
    public long Length { get; }

    /// <summary>A body of <paramref name="length"/> bytes from <see cref="BytePattern"/>; takes no memory.</summary>
    public static OriginBody Pattern(ulong seed, long length)
    {
        var pattern = new BytePattern(seed);
        return new OriginBody(length, (offset, into) => pattern.Fill(offset, into.Span));
    }

    public static OriginBody Of(byte[] bytes) =>
        new(bytes.Length, (offset, into) => bytes.AsMemory((int)offset, into.Length).CopyTo(into));

    public static OriginBody Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public void Read(long offset, Memory<byte> into) => _read(offset, into);

    public byte[] ToArray(long offset, int count)
    {
        var bytes = new byte[count];
        Read(offset, bytes);
        return bytes;
    }

    public byte[] ToArray() => ToArray(0, checked((int)Length));
}
