using Sluice.Core.Memory;

namespace Sluice.Core.Objects;

/// <summary>Some consecutive bytes of a body, lent until disposed.</summary>
public readonly struct BodyPiece : IDisposable
{
    private readonly Block? block;
    private readonly int offset;

    internal BodyPiece(Block block, int offset, int length)
    {
        this.block = block;
        this.offset = offset;
        Length = length;
    }

    /// <summary>Number of bytes; 0 at the end of the body.</summary>
    public int Length { get; }

    /// <summary>The bytes; not to be used after <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Memory => block is null ? default : block.Memory.Slice(offset, Length);

    /// <summary>The bytes; not to be used after <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Span => block is null ? default : block.GetSpan().Slice(offset, Length);

    /// <summary>Gives the bytes back. Once only.</summary>
    public void Dispose() => block?.Release();
}
