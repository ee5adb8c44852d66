using Sluice.Core.Memory;

namespace Sluice.Core.Tests.Memory;

public sealed class S3FifoPolicyTests : EvictionPolicyTestBase
{
    protected override IEvictionPolicy Create(long capacityBytes) => new S3FifoPolicy(capacityBytes);

    [Fact]
    public void TryEvict_UsedTwiceInSmall_MovesToMainAndOutlivesTheRest()
    {
        var policy = Filled(out var nodes);
        policy.Hit(nodes[0]);
        policy.Hit(nodes[0]);
        policy.Hit(nodes[1]);
        var order = Drain(policy);
        Assert.Same(nodes[1], order[0]);
        Assert.Same(nodes[0], order[^1]);
    }

    [Fact]
    public void Add_RememberedIdentity_GoesStraightToMain()
    {
        var policy = Filled(out _);
        Assert.True(policy.TryEvict(out var first));
        var back = new TestNode(first.Identity);
        policy.Add(back);
        Assert.Same(back, Drain(policy)[^1]);
    }

    [Fact]
    public void TryEvict_Main_PassesOverAsOftenAsUsedUpToThreeTimes()
    {
        var policy = Filled(out var nodes);
        foreach (var node in nodes)
        {
            policy.Hit(node);
            policy.Hit(node);
        }
        Assert.True(policy.TryEvict(out var first));
        Assert.Same(nodes[0], first);
        for (var use = 0; use < 100; use++)
            policy.Hit(nodes[1]);
        policy.Hit(nodes[2]);
        Assert.Equal(Enumerable.Range(3, 7).Concat([2, 1]), Drain(policy).Select(n => (int)n.Identity));
        Assert.Equal(0, nodes[1].Frequency);
    }

    [Fact]
    public void Hit_ManyTimes_FrequencyStopsAtThree()
    {
        var policy = Filled(out var nodes);
        for (var use = 0; use < 300; use++)
            policy.Hit(nodes[0]);
        Assert.Equal(3, nodes[0].Frequency);
    }

    [Fact]
    public void TryEvict_MainOverItsShare_TakesFromMain()
    {
        var policy = Filled(out var nodes);
        for (var i = 0; i < 9; i++)
        {
            policy.Hit(nodes[i]);
            policy.Hit(nodes[i]);
        }
        Assert.True(policy.TryEvict(out var last));
        Assert.Same(nodes[9], last);

        // Small is empty now and main holds nine; the newcomer is one byte short of a tenth and a node of main has to go for it.
        policy.Add(new TestNode(99, 0));
        Assert.True(policy.TryEvict(out var fromMain));
        Assert.Same(nodes[0], fromMain);
    }

    [Fact]
    public void GhostList_LongScan_StaysBounded()
    {
        var policy = new S3FifoPolicy(100);
        for (var i = 0; i < 100_000; i++)
        {
            policy.Add(new TestNode((ulong)i));
            if (policy.Bytes > 100)
                Assert.True(policy.TryEvict(out _));
        }
        Assert.InRange(policy.GhostCount, 80, 100);
    }

    /// <summary>A film watched once must not push out what is watched every day.</summary>
    [Fact]
    public void Scan_OverAWorkingSet_S3FifoKeepsIt_LruLosesIt()
    {
        Assert.True(HitsAfterScan(new S3FifoPolicy(1000)) >= 700);
        Assert.Equal(0, HitsAfterScan(new LruPolicy()));
    }

    private static int HitsAfterScan(IEvictionPolicy policy)
    {
        var held = new Dictionary<ulong, EvictionNode>();
        bool Access(ulong identity)
        {
            if (held.TryGetValue(identity, out var node))
            {
                policy.Hit(node);
                return true;
            }
            while (policy.Bytes >= 1000 && policy.TryEvict(out var victim))
                held.Remove(victim.Identity);
            held[identity] = node = new TestNode(identity);
            policy.Add(node);
            return false;
        }

        for (var round = 0; round < 5; round++)
            for (var i = 0ul; i < 800; i++)
                Access(i);
        for (var i = 0ul; i < 5000; i++)
            Access(1_000_000 + i);
        return Enumerable.Range(0, 800).Count(i => held.ContainsKey((ulong)i));
    }

    /// <summary>Ten nodes of one byte in a cache of ten, none used yet.</summary>
    private static S3FifoPolicy Filled(out TestNode[] nodes)
    {
        var policy = new S3FifoPolicy(10);
        nodes = [.. Enumerable.Range(0, 10).Select(i => new TestNode((ulong)i))];
        foreach (var node in nodes)
            policy.Add(node);
        return policy;
    }
}
