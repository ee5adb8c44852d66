using System.Buffers;
using Sluice.Core.Memory;

namespace Sluice.Core.Tests.Memory;

public sealed unsafe class BlockTests
{
    private const int Common = 4096;

    [Fact]
    public void Memory_WrittenByAStream_IsTheBlocksBytes()
    {
        var tier = Tier();
        var block = tier.Rent(10);
        new MemoryStream([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).ReadExactly(block.Memory.Span);
        Assert.Equal(10, block.Memory.Length);
        Assert.Equal(3, block.Pointer[2]);
        Assert.Equal([4, 5], block.Memory.Slice(3, 2).ToArray());
        block.Release();
    }

    [Fact]
    public void TryAcquire_KeepsBytesUntilTheLastRelease()
    {
        var tier = Tier();
        var block = tier.Rent(10);
        Assert.True(block.TryAcquire());
        block.Release();
        block.GetSpan().Fill(7);
        Assert.Equal(10, tier.AllocatedBytes);
        block.Release();
        Assert.Equal(0, tier.AllocatedBytes);
        Assert.False(block.TryAcquire());
    }

    [Fact]
    public void AfterTheLastRelease_EveryUseThrows()
    {
        var block = Tier().Rent(Common);
        var memory = block.Memory;
        block.Release();
        Assert.Throws<ObjectDisposedException>(() => { _ = block.GetSpan(); });
        Assert.Throws<ObjectDisposedException>(() => { _ = block.Pointer; });
        Assert.Throws<ObjectDisposedException>(() => { _ = block.Memory; });
        Assert.Throws<ObjectDisposedException>(() => { _ = memory.Span; });
        Assert.Throws<ObjectDisposedException>(() => { _ = memory.Pin(); });
        Assert.Throws<ObjectDisposedException>(block.Release);
        Assert.Throws<ObjectDisposedException>(((IDisposable)block).Dispose);
    }

    [Fact]
    public void Release_OneTooMany_DoesNotReachTheNextOwnerOfTheBytes()
    {
        var tier = Tier();
        var first = tier.Rent(Common);
        var address = (nint)first.Pointer;
        first.Release();
        var second = tier.Rent(Common);
        Assert.Equal(address, (nint)second.Pointer);
        Assert.Throws<ObjectDisposedException>(first.Release);
        Assert.Throws<ObjectDisposedException>(() => { _ = first.GetSpan(); });
        second.GetSpan().Fill(1);
        second.Release();
    }

    [Fact]
    public void Pin_HoldsAReferenceUntilTheHandleIsDisposed()
    {
        var tier = Tier();
        var block = tier.Rent(100);
        var handle = block.Memory[10..].Pin();
        Assert.Equal((nint)block.Pointer + 10, (nint)handle.Pointer);
        block.Release();
        Assert.Equal(100, tier.AllocatedBytes);
        handle.Dispose();
        Assert.Equal(0, tier.AllocatedBytes);
        var other = tier.Rent(4);
        Assert.Throws<ArgumentOutOfRangeException>(() => { other.Pin(5); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { other.Pin(-1); });
        other.Release();
    }

    [Fact]
    public void Rent_OddSizes_AreExact_NegativeIsRefused()
    {
        var tier = Tier();
        foreach (var length in new[] { 0, 1, 17, Common - 1, Common, Common + 1, 1 << 20 })
        {
            var block = tier.Rent(length);
            Assert.Equal((length, length), (block.Length, block.GetSpan().Length));
            Assert.Equal(length, tier.AllocatedBytes);
            block.Release();
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => tier.Rent(-1));
    }

    [Fact]
    public void Rent_SteadyState_AllocatesNoNativeMemory()
    {
        var pool = new BlockPool(Common, 8);
        var held = new Queue<Block>(Enumerable.Range(0, 20).Select(_ => pool.Rent(Common)));
        for (var i = 0; i < 5000; i++)
        {
            held.Dequeue().Release();
            held.Enqueue(pool.Rent(Common));
        }
        Assert.Equal(20, pool.Allocations);
        foreach (var block in held)
            block.Release();
        Assert.Equal((0, 8 * Common), (pool.LentBytes, pool.IdleBytes));
    }

    [Fact]
    public void Return_IdleThroughAPeriod_IsTrimmed()
    {
        var pool = new BlockPool(Common, 64);
        foreach (var block in Enumerable.Range(0, 64).Select(_ => pool.Rent(Common)).ToArray())
            block.Release();
        Assert.Equal(64 * Common, pool.IdleBytes);
        for (var i = 0; i < 20 * BlockPool.TrimPeriod; i++)
            pool.Rent(Common).Release();
        Assert.InRange(pool.IdleBytes, Common, 2 * Common);
        Assert.Equal(64, pool.Allocations);
    }

    [Fact]
    public void TryAcquire_RacingTheLastRelease_NeverRevives()
    {
        var tier = Tier();
        for (var round = 0; round < 300; round++)
        {
            var block = tier.Rent(64);
            Parallel.For(0, 4, i =>
            {
                if (i == 0)
                    block.Release();
                else if (block.TryAcquire())
                {
                    block.GetSpan().Fill((byte)i);
                    block.Release();
                }
            });
            Assert.Equal(0, tier.AllocatedBytes);
            Assert.False(block.TryAcquire());
        }
    }

    private static MemoryTier Tier() => new(0, new LruPolicy(), Common);
}
