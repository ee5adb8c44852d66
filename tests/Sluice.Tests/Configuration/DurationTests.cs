using FsCheck;
using FsCheck.Fluent;
using Sluice.Configuration;

namespace Sluice.Tests.Configuration;

public sealed class DurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("250ms", 250)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("86400", 86_400_000)]
    [InlineData("10M", 600_000)]
    public void TryParse_Duration_ReadsIt(string text, long milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var read));
        Assert.Equal(milliseconds, read.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5 minutes")]
    [InlineData("1.5h")]
    [InlineData("5x")]
    [InlineData("99999999999d")]
    [InlineData("36500d1ms")]
    public void TryParse_NoDuration_IsFalse(string text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void Format_AnyDuration_ReadsBackTheSame() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).SelectMany(n => Gen.Choose(0, 1000), (n, factor) => TimeSpan.FromMilliseconds((double)n * factor)).ToArbitrary(),
            time => Duration.TryParse(Duration.Format(time), out var read) && read == time).QuickCheckThrowOnFailure();

    [Fact]
    public void TryParse_AnyText_NeverThrowsAndStaysInBounds() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => !Duration.TryParse(text ?? "", out var time) || (time >= TimeSpan.Zero && time <= Duration.Longest)).QuickCheckThrowOnFailure();
}
