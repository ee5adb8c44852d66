using Sluice.Core.Memory;

namespace Sluice.Core.Tests.Memory;

/// <summary>A node with a real block, that counts how often it was evicted.</summary>
internal sealed class ChunkNode(MemoryTier tier, ulong identity, int length) : MemoryNode
{
    private int _evictions;

    public Block Block { get; } = tier.Rent(length);

    public int Evictions => _evictions;

    public Action? Evicted { get; init; }

    public override long Weight => length;

    public override ulong Identity => identity;

    public override void OnEvicted()
    {
        Interlocked.Increment(ref _evictions);
        Evicted?.Invoke();
        Block.Release();
    }
}
