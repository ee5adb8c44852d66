using Sluice.Core.KeyValue;
using Sluice.Monitoring.Nodes;
using Sluice.TestKit.Time;

namespace Sluice.Monitoring.Tests.Nodes;

/// <summary>Whether lookers may still wait for what was asked for.</summary>
public sealed class NodeBoardTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task Asking_IsNew_ForTwoBeats_AndAgainOnlyAfterNobodyAsked()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var stores = new InProcessKeyValueStores(time);
        var board = new NodeBoard(() => stores.Open("nodes"), time);
        Assert.True(await board.AskAsync(cancellation));
        time.Advance(2 * NodeBoard.Beat);
        Assert.True(await board.AskAsync(cancellation));
        for (var passed = TimeSpan.Zero; passed < 3 * NodeBoard.Life; passed += NodeBoard.Beat)
        {
            time.Advance(NodeBoard.Beat);
            Assert.False(await board.AskAsync(cancellation)); // renewed on the way, which is not to begin again
        }

        time.Advance(NodeBoard.Life);
        Assert.True(await board.AskAsync(cancellation));
    }

    [Fact]
    public async Task Asking_WhereNobodyCanBeAsked_IsNothingToWaitFor() =>
        Assert.False(await new NodeBoard(() => null, time).AskAsync(TestContext.Current.CancellationToken));
}
