using System.Buffers;

namespace Sluice.Core.Memory;

/// <summary>Bytes outside the garbage-collected heap, counted by reference: eviction drops one reference, a response in progress holds another.</summary>
public sealed unsafe class Block : MemoryManager<byte>
{
    internal Block(byte* start, int length) => throw new NotSupportedException($"{(nint)start}{length}");

    /// <summary>Size in bytes, as asked for.</summary>
    public int Length => throw new NotSupportedException();

    /// <summary>Address of the first byte; valid while a reference is held.</summary>
    public byte* Pointer => throw new NotSupportedException();

    /// <summary>Takes a reference unless the last one is already gone.</summary>
    public bool TryAcquire() => throw new NotSupportedException();

    /// <summary>Gives a reference back; the last one frees the bytes.</summary>
    public void Release() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Unpin() { }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) { }
}
