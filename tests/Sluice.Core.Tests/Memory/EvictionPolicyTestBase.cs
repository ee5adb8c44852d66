using FsCheck;
using FsCheck.Fluent;
using Sluice.Core.Memory;

namespace Sluice.Core.Tests.Memory;

/// <summary>What every eviction policy promises, whatever its order.</summary>
public abstract class EvictionPolicyTestBase
{
    protected abstract IEvictionPolicy Create(long capacityBytes);

    [Fact]
    public void Add_CountsNodesAndBytes()
    {
        var policy = Create(100);
        policy.Add(new TestNode(1, 10));
        policy.Add(new TestNode(2, 32));
        Assert.Equal((2, 42L), (policy.Count, policy.Bytes));
    }

    [Fact]
    public void Add_NodeHeldAlready_Throws()
    {
        var policy = Create(100);
        var node = new TestNode(1);
        policy.Add(node);
        Assert.Throws<InvalidOperationException>(() => policy.Add(node));
        Assert.Equal(1, policy.Count);
    }

    [Fact]
    public void TryEvict_Empty_IsFalse()
    {
        Assert.False(Create(100).TryEvict(out var victim));
        Assert.Null(victim);
    }

    [Fact]
    public void TryEvict_NeverUsedAgain_OldestFirst()
    {
        var policy = Create(100);
        var nodes = Enumerable.Range(0, 20).Select(i => new TestNode((ulong)i, 5)).ToArray();
        foreach (var node in nodes)
            policy.Add(node);
        Assert.Equal(nodes, Drain(policy));
        Assert.Equal((0, 0L), (policy.Count, policy.Bytes));
    }

    [Fact]
    public void TryEvict_EverythingHot_StillPicksOne()
    {
        var policy = Create(20_000);
        for (var i = 0; i < 20_000; i++)
        {
            var node = new TestNode((ulong)i);
            policy.Add(node);
            for (var use = 0; use < 5; use++)
                policy.Hit(node);
        }
        for (var i = 0; i < 20_000; i++)
            Assert.True(policy.TryEvict(out _));
        Assert.Equal((0, 0L), (policy.Count, policy.Bytes));
    }

    [Fact]
    public void Remove_HeadMiddleTail_LeavesTheOthersInOrder()
    {
        foreach (var gone in new[] { 0, 2, 4 })
        {
            var policy = Create(100);
            var nodes = Enumerable.Range(0, 5).Select(i => new TestNode((ulong)i, 5)).ToList();
            nodes.ForEach(policy.Add);
            policy.Remove(nodes[gone]);
            nodes.RemoveAt(gone);
            Assert.Equal(20, policy.Bytes);
            Assert.Equal(nodes, Drain(policy));
        }
    }

    [Fact]
    public void Remove_NotHeld_DoesNothing()
    {
        var policy = Create(100);
        var node = new TestNode(1, 10);
        policy.Remove(node);
        policy.Add(new TestNode(2, 7));
        policy.Remove(node);
        Assert.Equal((1, 7L), (policy.Count, policy.Bytes));
    }

    [Fact]
    public void Hit_NodeThatLeft_IsHarmless()
    {
        var policy = Create(100);
        var gone = new TestNode(1, 10);
        policy.Add(gone);
        policy.Remove(gone);
        policy.Hit(gone);
        policy.Add(new TestNode(2, 7));
        Assert.Equal((1, 7L), (policy.Count, policy.Bytes));
        Assert.Equal(2ul, Assert.Single(Drain(policy)).Identity);
    }

    [Fact]
    public void Add_AfterRemove_TakesTheNodeAgain()
    {
        var policy = Create(100);
        var node = new TestNode(1, 10);
        policy.Add(node);
        policy.Remove(node);
        policy.Add(node);
        Assert.Equal((1, 10L), (policy.Count, policy.Bytes));
    }

    [Fact]
    public void Reweigh_GrownNode_CountsTheDifferenceAndKeepsThePlace()
    {
        var policy = Create(100);
        TestNode[] nodes = [new(1, 5), new(2, 5), new(3, 5)];
        foreach (var node in nodes)
            policy.Add(node);
        nodes[0].Size = 25;
        policy.Reweigh(nodes[0]);
        Assert.Equal(35, policy.Bytes);
        Assert.Equal(nodes, Drain(policy));
        nodes[1].Size = 50;
        policy.Reweigh(nodes[1]);
        Assert.Equal(0, policy.Bytes);
    }

    [Fact]
    public void Hit_AllocatesNothing()
    {
        var policy = Create(1000);
        var nodes = Enumerable.Range(0, 100).Select(i => new TestNode((ulong)i)).ToArray();
        foreach (var node in nodes)
            policy.Add(node);
        policy.Hit(nodes[0]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            policy.Hit(nodes[i % nodes.Length]);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Any sequence of operations, beside a plain dictionary: same nodes, same bytes, and no victim that was not held.</summary>
    [Fact]
    public void Operations_Any_AccountLikeASimpleModel()
    {
        var operations = ArbMap.Default.GeneratorFor<(byte Kind, byte Node, byte Weight)>().ListOf();
        Prop.ForAll(operations.ToArbitrary(), run =>
        {
            var policy = Create(500);
            var nodes = Enumerable.Range(0, 16).Select(i => new TestNode((ulong)i)).ToArray();
            var model = new Dictionary<EvictionNode, long>();
            foreach (var (kind, index, weight) in run)
            {
                var node = nodes[index % nodes.Length];
                switch (kind % 6)
                {
                    case 0 or 1 when !model.ContainsKey(node):
                        node.Size = weight;
                        policy.Add(node);
                        model.Add(node, weight);
                        break;
                    case 2:
                        policy.Remove(node);
                        model.Remove(node);
                        break;
                    case 3:
                        Assert.Equal(model.Count > 0, policy.TryEvict(out var victim));
                        if (victim is not null)
                            Assert.True(model.Remove(victim), $"{victim} was not held");
                        break;
                    case 4:
                        node.Size = weight;
                        policy.Reweigh(node);
                        if (model.ContainsKey(node))
                            model[node] = weight;
                        break;
                    default:
                        policy.Hit(node);
                        break;
                }
                Assert.Equal((model.Count, model.Values.Sum()), (policy.Count, policy.Bytes));
            }
            Assert.Equal(model.Keys.ToHashSet(), Drain(policy).ToHashSet());
        }).QuickCheckThrowOnFailure();
    }

    protected static List<EvictionNode> Drain(IEvictionPolicy policy)
    {
        var order = new List<EvictionNode>();
        while (policy.TryEvict(out var victim))
            order.Add(victim);
        return order;
    }
}
