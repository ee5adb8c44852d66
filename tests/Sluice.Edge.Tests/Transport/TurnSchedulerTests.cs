using Sluice.Edge.Transport;
using Sluice.TestKit.Processes;

namespace Sluice.Edge.Tests.Transport;

public sealed class TurnSchedulerTests
{
    [Fact]
    public async Task Schedule_FromManyThreads_RunsEachOnceAndOneAtATime()
    {
        const int Each = 20_000, Threads = 4;
        var turns = new TurnScheduler();
        var (running, ran, together) = (0, 0, false);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                turns.Schedule(_ =>
                {
                    if (Interlocked.Increment(ref running) > 1) together = true;
                    ran++;
                    Interlocked.Decrement(ref running);
                }, null);
            }
        })));
        Assert.True(await Eventually.HoldsAsync(() => Volatile.Read(ref ran) == Each * Threads, TimeSpan.FromSeconds(60)), $"{ran}");
        Assert.False(together);
    }

    // One that is scheduled just as the last one ends is neither forgotten nor run beside it.
    [Fact]
    public async Task Schedule_OneByOne_RunsEach()
    {
        var turns = new TurnScheduler();
        for (var i = 0; i < 20_000; i++)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            turns.Schedule(state => ((TaskCompletionSource)state!).SetResult(), done);
            await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }
}
