using Sluice.Core.Memory;

namespace Sluice.Core.Objects;

/// <summary>One chunk of one object in memory. It stays findable while somebody holds it: the fill that writes it, the memory tier, a pending disk write.</summary>
internal sealed class Chunk(CachedObject owner, int index, Block block) : MemoryNode
{
    private const int Overhead = 128;
    private int holds = 1;
    private int filled;

    public Block Block { get; } = block;

    public int Index { get; } = index;

    /// <summary>Bytes that have arrived; published after they are written, so a reader that sees the count sees the bytes.</summary>
    public int Filled
    {
        get => Volatile.Read(ref filled);
        set => Volatile.Write(ref filled, value);
    }

    /// <summary>True once every byte has arrived.</summary>
    public bool IsComplete => Filled == Block.Length;

    /// <summary>The first one pays for its object: with chunks of a few bytes what is known of them weighs more than they do.</summary>
    public override long Weight => Block.Length + Overhead + (Index == 0 ? owner.UncountedBytes : 0);

    public override ulong Identity => owner.Hash + ((ulong)Index * 0x9E3779B97F4A7C15);

    public void Hold() => Interlocked.Increment(ref holds);

    /// <summary>Ends one hold. With the last one the chunk can no longer be found; its bytes live on while a response has them.</summary>
    public void Drop()
    {
        if (Interlocked.Decrement(ref holds) > 0) return;
        owner.Forget(this);
        Block.Release();
    }

    public override void OnEvicted()
    {
        Drop();
        if (Index == 0) owner.CameIntoUse();
    }
}
