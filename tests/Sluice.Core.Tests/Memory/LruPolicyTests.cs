using Sluice.Core.Memory;

namespace Sluice.Core.Tests.Memory;

/// <summary>Row KV-12 and S3D-08: least recently used goes first.</summary>
public sealed class LruPolicyTests : EvictionPolicyTestBase
{
    protected override IEvictionPolicy Create(long capacityBytes) => new LruPolicy();

    [Fact]
    public void TryEvict_AfterHits_LeastRecentlyUsedFirst()
    {
        var policy = new LruPolicy();
        var nodes = Enumerable.Range(0, 10).Select(i => new TestNode((ulong)i)).ToArray();
        foreach (var node in nodes)
            policy.Add(node);
        foreach (var used in new[] { 3, 0, 9, 3 })
            policy.Hit(nodes[used]);
        Assert.Equal([1, 2, 4, 5, 6, 7, 8, 0, 9, 3], Drain(policy).Select(n => (int)n.Identity));
    }

    [Fact]
    public void TryEvict_ManyMoreHitsThanTheRingHolds_OrderIsExact()
    {
        var policy = new LruPolicy();
        var nodes = Enumerable.Range(0, 500).Select(i => new TestNode((ulong)i)).ToArray();
        foreach (var node in nodes)
            policy.Add(node);
        for (var i = nodes.Length - 1; i >= 0; i--)
            policy.Hit(nodes[i]);
        Assert.Equal(nodes.Reverse(), Drain(policy));
    }

    [Fact]
    public void Hit_WhileAnotherThreadHoldsTheLock_DoesNotWait()
    {
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var policy = new LruPolicy();
        var blocker = new BlockingNode(inside, leave);
        var adding = new Thread(() => policy.Add(blocker));
        adding.Start();
        Assert.True(inside.Wait(TimeSpan.FromSeconds(30)));

        // Add is stopped in the middle, lock held; were Hit to wait for it, this loop would never end.
        var node = new TestNode(1);
        var hitting = new Thread(() =>
        {
            for (var i = 0; i < 1000; i++)
                policy.Hit(node);
        });
        hitting.Start();
        Assert.True(hitting.Join(TimeSpan.FromSeconds(30)));
        leave.Set();
        adding.Join();
    }

    private sealed class BlockingNode(ManualResetEventSlim inside, ManualResetEventSlim leave) : EvictionNode
    {
        public override ulong Identity => 0;

        public override long Weight
        {
            get
            {
                inside.Set();
                leave.Wait();
                return 1;
            }
        }
    }
}
