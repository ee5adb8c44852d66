using System.Collections.Concurrent;
using Sluice.Core.Memory;

namespace Sluice.Core.Tests.Memory;

[CollectionDefinition(nameof(MemoryTierSoakTests), DisableParallelization = true)]
public sealed class MemoryTierSoakCollection;

/// <summary>Everything at once, then an integrity check: no block leaked, none freed twice, none read after its bytes changed hands.</summary>
[Collection(nameof(MemoryTierSoakTests))]
public sealed class MemoryTierSoakTests
{
    private const long Capacity = 64 * 1024;
    private const int BlockSize = 1024, Keys = 200, Turns = 40_000;

    [Theory]
    [InlineData("s3fifo")]
    [InlineData("lru")]
    public async Task Tier_UnderConcurrentUse_HoldsItsBoundAndLosesNothing(string name)
    {
        var watched = new WatchedPolicy(name == "lru" ? new LruPolicy() : new S3FifoPolicy(Capacity));
        var tier = new MemoryTier(Capacity, watched, BlockSize);
        var map = new ConcurrentDictionary<int, ChunkNode>();
        var admitted = 0;
        var removed = 0;
        var done = false;

        var workers = Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var turn = 0; turn < Turns; turn++)
            {
                var key = Math.Min(random.Next(Keys), random.Next(Keys));
                if (map.TryGetValue(key, out var node))
                {
                    if (random.Next(20) == 0)
                        Withdraw(key, node);
                    else
                        Read(key, node);
                }
                else
                    Fill(key, random);
            }
        })).ToArray();
        var observer = Task.Run(() =>
        {
            while (!Volatile.Read(ref done))
                Assert.InRange(tier.Bytes, 0, Capacity);
        });

        void Read(int key, ChunkNode node)
        {
            tier.Hit(node);
            if (!node.Block.TryAcquire())
                return;
            var span = node.Block.GetSpan();
            Assert.True(!span.ContainsAnyExcept((byte)key), $"block of {key} holds other bytes");
            node.Block.Release();
        }

        void Withdraw(int key, ChunkNode node)
        {
            if (!tier.Remove(node))
                return;
            Interlocked.Increment(ref removed);
            map.TryRemove(KeyValuePair.Create(key, node));
            node.Block.Release();
        }

        void Fill(int key, Random random)
        {
            ChunkNode? created = null;
            created = new ChunkNode(tier, (ulong)key, random.Next(3) == 0 ? random.Next(1, BlockSize) : BlockSize)
            {
                Evicted = () => map.TryRemove(KeyValuePair.Create(key, created!)),
            };
            created.Block.GetSpan().Fill((byte)key);
            if (!map.TryAdd(key, created))
            {
                created.Block.Release();
                return;
            }
            Assert.True(tier.TryAdmit(created));
            Interlocked.Increment(ref admitted);
        }

        await Task.WhenAll(workers);
        Volatile.Write(ref done, true);
        await observer;

        Assert.True(watched.Peak <= Capacity, $"peak {watched.Peak}");
        Assert.Equal(admitted, removed + tier.Evictions + tier.Count);
        Assert.True(tier.Evictions > 1000);
        Assert.Equal(map.Count, tier.Count);
        Assert.Equal(map.Values.Sum(n => n.Weight), tier.Bytes);
        Assert.Equal(tier.Bytes, tier.AllocatedBytes);
        Assert.All(map.Values, n => Assert.Equal(0, n.Evictions));
        foreach (var (key, node) in map)
            Withdraw(key, node);
        Assert.Equal((0L, 0, 0L), (tier.Bytes, tier.Count, tier.AllocatedBytes));
    }

    /// <summary>Eviction and removal of the same node at the same time: exactly one of the two wins.</summary>
    [Fact]
    public void Remove_RacingEviction_ExactlyOneLetsGo()
    {
        for (var round = 0; round < 2000; round++)
        {
            var tier = new MemoryTier(100, new S3FifoPolicy(100));
            var node = new ChunkNode(tier, 1, 100);
            tier.TryAdmit(node);
            var removals = 0;
            Parallel.Invoke(
                () => tier.TryAdmit(new ChunkNode(tier, 2, 100)),
                () => removals += tier.Remove(node) ? 1 : 0);
            Assert.Equal(1, removals + node.Evictions);
        }
    }

    /// <summary>Adds up by itself what the tier keeps, on each change; called under the tier's lock.</summary>
    private sealed class WatchedPolicy(IEvictionPolicy inner) : IEvictionPolicy
    {
        private long _sum;

        public long Peak { get; private set; }

        public long Bytes => inner.Bytes;

        public int Count => inner.Count;

        public void Add(EvictionNode node)
        {
            inner.Add(node);
            _sum += node.Weight;
            Peak = Math.Max(Peak, _sum);
        }

        public void Hit(EvictionNode node) => inner.Hit(node);

        public void Remove(EvictionNode node)
        {
            inner.Remove(node);
            _sum -= node.Weight;
        }

        public void Reweigh(EvictionNode node) => inner.Reweigh(node);

        public bool TryEvict([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out EvictionNode? victim)
        {
            var found = inner.TryEvict(out victim);
            _sum -= victim?.Weight ?? 0;
            return found;
        }
    }
}
