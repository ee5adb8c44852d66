using Sluice.TestKit.Time;
using Sluice.Video.Variants;

namespace Sluice.Video.Tests.Variants;

public class FairQueueTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task Enter_WhileThereIsRoom_IsAtOnce()
    {
        var queue = new FairQueue(2, 2, TimeSpan.FromSeconds(30), time);
        using var first = await EnterAsync(queue, "a");
        using var second = await EnterAsync(queue, "a");
        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.Equal(2, queue.Running);
    }

    [Fact]
    public async Task Turns_GoRoundTheClients_HoweverManyOneOfThemWants()
    {
        var queue = new FairQueue(1, 20, TimeSpan.FromSeconds(30), time);
        var order = new List<string>();
        var held = await EnterAsync(queue, "a");
        var waiting = new List<Task>();
        foreach (var client in (string[])["a", "a", "a", "b", "c"]) waiting.Add(TakeTurnAsync(client));
        held!.Dispose();
        await Task.WhenAll(waiting);
        Assert.Equal(["a", "b", "c", "a", "a"], order);

        async Task TakeTurnAsync(string client)
        {
            using var place = await queue.EnterAsync(client, TestContext.Current.CancellationToken);
            lock (order) order.Add(client);
        }
    }

    [Fact]
    public async Task Enter_WhenTheWaitingRoomIsFull_IsRefused_AndOneClientFillsHalfOfItAtMost()
    {
        var queue = new FairQueue(1, 4, TimeSpan.FromSeconds(30), time);
        using var held = await EnterAsync(queue, "a");
        _ = queue.EnterAsync("a", TestContext.Current.CancellationToken);
        _ = queue.EnterAsync("a", TestContext.Current.CancellationToken);
        Assert.Null(await EnterAsync(queue, "a"));
        _ = queue.EnterAsync("b", TestContext.Current.CancellationToken);
        _ = queue.EnterAsync("c", TestContext.Current.CancellationToken);
        Assert.Null(await EnterAsync(queue, "d"));
        Assert.Equal(4, queue.Waiting);
        Assert.InRange(queue.RetryAfter(), 1, 120);
    }

    [Fact]
    public async Task Wait_LongerThanPatience_EndsWithNothing_AndLeavesNoGap()
    {
        var queue = new FairQueue(1, 4, TimeSpan.FromSeconds(30), time);
        var held = await EnterAsync(queue, "a");
        var late = queue.EnterAsync("b", TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(await late);
        Assert.Equal(0, queue.Waiting);
        var next = queue.EnterAsync("b", TestContext.Current.CancellationToken);
        held!.Dispose();
        using var place = await next;
        Assert.NotNull(place);
        Assert.Equal(1, queue.Running);
    }

    [Fact]
    public async Task Waiter_WhoLeaves_IsPassedOver()
    {
        var queue = new FairQueue(1, 4, TimeSpan.FromSeconds(30), time);
        var held = await EnterAsync(queue, "a");
        using var gone = new CancellationTokenSource();
        var left = queue.EnterAsync("b", gone.Token);
        var stays = queue.EnterAsync("c", TestContext.Current.CancellationToken);
        await gone.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => left);
        held!.Dispose();
        (await stays)!.Dispose();
        Assert.Equal((0, 0), (queue.Running, queue.Waiting));
    }

    [Fact]
    public async Task Waiters_WhoLeft_TakeNoRoomOfTheirClient()
    {
        var queue = new FairQueue(1, 4, TimeSpan.FromSeconds(30), time);
        var held = await EnterAsync(queue, "a");
        for (var i = 0; i < 3; i++)
        {
            var late = queue.EnterAsync("b", TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(31));
            Assert.Null(await late);
        }

        var next = queue.EnterAsync("b", TestContext.Current.CancellationToken);
        Assert.Equal((false, 1), (next.IsCompleted, queue.Waiting));
        held!.Dispose();
        (await next)!.Dispose();
        Assert.Equal((0, 0), (queue.Running, queue.Waiting));
    }

    private static Task<IDisposable?> EnterAsync(FairQueue queue, string client) => queue.EnterAsync(client, TestContext.Current.CancellationToken);
}
