using System.Buffers;

namespace Sluice.Redis.Connections;

/// <summary>Bytes on their way out. Grows from the pool and gives back what it does not need for long.</summary>
internal sealed class OutputBuffer
{
    private const int Kept = 64 << 10;
    private byte[] bytes = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    public void Append(ReadOnlySpan<byte> added)
    {
        if (bytes.Length - Length < added.Length)
        {
            var grown = ArrayPool<byte>.Shared.Rent(Math.Max(Length + added.Length, Math.Min(bytes.Length * 2, 1 << 30)));
            bytes.AsSpan(0, Length).CopyTo(grown);
            if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
            bytes = grown;
        }

        added.CopyTo(bytes.AsSpan(Length));
        Length += added.Length;
    }

    public void Clear()
    {
        Length = 0;
        if (bytes.Length <= Kept) return;
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
    }
}
