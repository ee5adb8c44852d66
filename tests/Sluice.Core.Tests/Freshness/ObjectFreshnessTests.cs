using Sluice.Core.Freshness;

namespace Sluice.Core.Tests.Freshness;

public sealed class ObjectFreshnessTests
{
    private static readonly DateTimeOffset Received = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ObjectFreshness Hour = new() { ReceivedAt = Received, InitialAge = TimeSpan.FromMinutes(1), Lifetime = TimeSpan.FromHours(1) };

    [Theory]
    [InlineData(0, 1)]
    [InlineData(30, 31)]
    [InlineData(-1, 1)]
    public void Age_IsWhatItHadAndTheTimeSince(int minutesLater, int minutes) => Assert.Equal(TimeSpan.FromMinutes(minutes), Hour.AgeAt(Received.AddMinutes(minutesLater)));

    // A machine that began with the time of another zone, until a time server set it: what it fetched before would be fresh for eight hours more.
    [Fact]
    public void Age_ClockSetBackByHours_LeavesNothingFresh()
    {
        var now = Received.AddHours(-8);
        Assert.Equal(TimeSpan.Zero, Hour.RemainingAt(now));
        Assert.Equal(TimeSpan.FromHours(1), Hour.AgeAt(now));
        var old = Hour with { InitialAge = TimeSpan.FromHours(2) };
        Assert.Equal(TimeSpan.FromHours(2), old.AgeAt(now));
    }
}
