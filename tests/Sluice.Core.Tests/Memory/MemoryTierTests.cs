using Sluice.Core.Memory;

namespace Sluice.Core.Tests.Memory;

public sealed class MemoryTierTests
{
    [Fact]
    public void TryAdmit_Full_EvictsUntilItFits()
    {
        var tier = new MemoryTier(100, new LruPolicy());
        var nodes = Enumerable.Range(0, 4).Select(i => new ChunkNode(tier, (ulong)i, 25)).ToArray();
        Assert.All(nodes, n => Assert.True(tier.TryAdmit(n)));
        tier.Hit(nodes[0]);

        Assert.True(tier.TryAdmit(new ChunkNode(tier, 9, 30)));
        Assert.Equal([0, 1, 1, 0], nodes.Select(n => n.Evictions));
        Assert.Equal((80L, 3, 2L, 80L), (tier.Bytes, tier.Count, tier.Evictions, tier.AllocatedBytes));
    }

    [Fact]
    public void TryAdmit_HeavierThanTheTier_IsRefusedAndNothingLeaves()
    {
        var tier = new MemoryTier(100, new S3FifoPolicy(100));
        Assert.True(tier.TryAdmit(new ChunkNode(tier, 1, 60)));
        Assert.False(tier.TryAdmit(new ChunkNode(tier, 2, 101)));
        Assert.Equal((60L, 0L), (tier.Bytes, tier.Evictions));
        Assert.True(tier.TryAdmit(new ChunkNode(tier, 3, 100)));
        Assert.Equal((100L, 1L), (tier.Bytes, tier.Evictions));
    }

    [Fact]
    public void CapacityZero_LendsBlocksAndKeepsNothing()
    {
        var tier = new MemoryTier(0, new S3FifoPolicy(0));
        var node = new ChunkNode(tier, 1, 10);
        Assert.False(tier.TryAdmit(node));
        Assert.False(tier.TryAdmit(new ChunkNode(tier, 2, 0)));
        tier.Hit(node);
        Assert.False(tier.Remove(node));
        Assert.Equal((0L, 0, 10L), (tier.Bytes, tier.Count, tier.AllocatedBytes));
    }

    [Fact]
    public void Remove_Held_IsTrueOnceAndDoesNotCallOnEvicted()
    {
        var tier = new MemoryTier(100, new S3FifoPolicy(100));
        var node = new ChunkNode(tier, 1, 10);
        tier.TryAdmit(node);
        Assert.True(tier.Remove(node));
        Assert.False(tier.Remove(node));
        Assert.Equal((0, 0L, 0L), (node.Evictions, tier.Bytes, tier.Evictions));
        Assert.True(tier.TryAdmit(node));
    }

    // The collector knows nothing of these bytes: an app, or each test of one, that is started anew would leave them behind.
    [Fact]
    public void Close_GivesEverythingBackAndTakesNothingIn()
    {
        var tier = new MemoryTier(100, new S3FifoPolicy(100), blockSize: 10);
        var nodes = Enumerable.Range(0, 5).Select(i => new ChunkNode(tier, (ulong)i, 10)).ToArray();
        Assert.All(nodes, n => Assert.True(tier.TryAdmit(n)));
        var (read, late) = (nodes[3].Block, new ChunkNode(tier, 9, 10));
        Assert.True(read.TryAcquire());
        tier.Rent(10).Release();
        Assert.Equal(10, tier.IdleBytes);

        tier.Close(static node => ((ChunkNode)node).Block.Release());

        Assert.Equal((0L, 0, 0L, 0L), (tier.Bytes, tier.Count, tier.Evictions, tier.IdleBytes));
        Assert.False(tier.TryAdmit(late));
        Assert.False(tier.Remove(nodes[0]));
        late.Block.Release();
        Assert.Equal(10, tier.AllocatedBytes);
        // Somebody reads it to its end.
        Assert.Equal(10, read.GetSpan().Length);
        read.Release();
        Assert.Equal((0L, 0L), (tier.AllocatedBytes, tier.IdleBytes));
    }

    [Fact]
    public void TryAdmit_HeldOrEvictedNode_Throws()
    {
        var tier = new MemoryTier(10, new S3FifoPolicy(10));
        var node = new ChunkNode(tier, 1, 10);
        tier.TryAdmit(node);
        Assert.Throws<InvalidOperationException>(() => tier.TryAdmit(node));
        tier.TryAdmit(new ChunkNode(tier, 2, 10));
        Assert.Equal(1, node.Evictions);
        Assert.False(tier.Remove(node));
        Assert.Throws<InvalidOperationException>(() => tier.TryAdmit(node));
        Assert.Equal((10L, 1), (tier.Bytes, tier.Count));
    }

    [Fact]
    public void OnEvicted_IsCalledOutsideTheLock()
    {
        var tier = new MemoryTier(10, new LruPolicy());
        var other = new ChunkNode(tier, 2, 5);
        var answered = false;
        var node = new ChunkNode(tier, 1, 5)
        {
            Evicted = () =>
            {
                // Another thread gets in while the callback runs: it would wait for ever if the lock were held.
                var thread = new Thread(() => answered = !tier.Remove(new ChunkNode(tier, 9, 1)));
                thread.Start();
                Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
            },
        };
        tier.TryAdmit(node);
        tier.TryAdmit(other);
        tier.TryAdmit(new ChunkNode(tier, 3, 5));
        Assert.True(answered);
    }

    [Fact]
    public void Eviction_WhileAReaderHoldsTheBlock_LeavesTheBytes()
    {
        var tier = new MemoryTier(10, new S3FifoPolicy(10));
        var node = new ChunkNode(tier, 1, 10);
        node.Block.GetSpan().Fill(42);
        tier.TryAdmit(node);
        Assert.True(node.Block.TryAcquire());
        tier.TryAdmit(new ChunkNode(tier, 2, 10));
        Assert.Equal(1, node.Evictions);
        Assert.Equal(42, node.Block.GetSpan()[9]);
        Assert.Equal((10L, 20L), (tier.Bytes, tier.AllocatedBytes));
        node.Block.Release();
        Assert.Equal(10, tier.AllocatedBytes);
    }

    [Fact]
    public void Hit_AllocatesNothing()
    {
        var tier = new MemoryTier(10, new S3FifoPolicy(10));
        var node = new ChunkNode(tier, 1, 10);
        tier.TryAdmit(node);
        tier.Hit(node);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            tier.Hit(node);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
