using Sluice.Core.Tags;

namespace Sluice.Redis.Invalidation;

/// <summary>The receipts of the other nodes for one purge.</summary>
internal sealed class PurgeAnswers
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PurgeReceipt total = new() { Nodes = 0 };
    private int expected = int.MaxValue;

    /// <summary>Ends when everybody has answered.</summary>
    public Task Done => done.Task;

    public void Expect(int count)
    {
        lock (gate)
        {
            expected = count;
            if (total.Nodes >= expected) done.TrySetResult();
        }
    }

    public void Add(PurgeReceipt receipt)
    {
        lock (gate)
        {
            total = total.Plus(receipt with { Nodes = 1 });
            if (total.Nodes >= expected) done.TrySetResult();
        }
    }

    /// <summary>Everything so far; who is missing of <paramref name="others"/> is silent.</summary>
    public PurgeReceipt Total(int others)
    {
        lock (gate) return total with { SilentNodes = Math.Max(0, others - total.Nodes) };
    }
}
