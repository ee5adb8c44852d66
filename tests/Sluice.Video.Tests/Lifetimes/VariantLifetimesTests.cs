using Sluice.Video.Lifetimes;

namespace Sluice.Video.Tests.Lifetimes;

/// <summary>Rows TTL-01 to TTL-05, TTL-12.</summary>
public sealed class VariantLifetimesTests
{
    [Theory]
    [InlineData(200, 86_400)]
    [InlineData(206, 86_400)]
    [InlineData(301, 3_600)]
    [InlineData(404, 60)]
    [InlineData(500, 10)]
    [InlineData(503, 10)]
    public void Lifetime_OfStatus_IsThatOfTheRows(int status, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), new VariantLifetimes().For(status, 1_000_000));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    [InlineData(10, 2)]
    [InlineData(99, 2)]
    [InlineData(100, 4)]
    [InlineData(1_000, 7)]
    [InlineData(long.MaxValue, 7)]
    public void Lifetime_OfMuchUsedVariant_GrowsUpToTheBound(long uses, int days) =>
        Assert.Equal(TimeSpan.FromDays(days), new VariantLifetimes { AdaptiveMaximum = TimeSpan.FromDays(7) }.For(200, uses));

    [Fact]
    public void Lifetime_OfError_DoesNotGrow() => Assert.Equal(TimeSpan.FromSeconds(60), new VariantLifetimes { AdaptiveMaximum = TimeSpan.FromDays(7) }.For(404, 1000));
}
