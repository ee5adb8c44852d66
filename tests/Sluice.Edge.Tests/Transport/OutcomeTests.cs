using System.Threading.Tasks.Sources;
using Sluice.Edge.Transport;

namespace Sluice.Edge.Tests.Transport;

/// <summary>An answer may go out on another thread while this one asks whether it has.</summary>
public class OutcomeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Outcome_OfWhatIsOut_IsKnown(bool isSent) => Assert.Equal(isSent, EdgeConnection.OutcomeOf(new(isSent)));

    [Fact]
    public void Outcome_OutBetweenTwoLooks_IsLeftToWhoeverAwaitsIt()
    {
        var sending = new ValueTask<bool>(new OutAtTheSecondLook(), 0);

        Assert.Null(EdgeConnection.OutcomeOf(sending));
        Assert.True(EdgeConnection.OutcomeOf(sending));
    }

    private sealed class OutAtTheSecondLook : IValueTaskSource<bool>
    {
        private int looks;
        private bool isTaken;

        public ValueTaskSourceStatus GetStatus(short token) => ++looks == 1 ? ValueTaskSourceStatus.Pending : ValueTaskSourceStatus.Succeeded;

        public bool GetResult(short token)
        {
            Assert.False(isTaken);
            return isTaken = true;
        }

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => Assert.Fail("Nobody waits here.");
    }
}
