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
    public void Lifetime_OfStatus_IsThatOfTheRows(int status, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), new VariantLifetimes().For(status));

    [Theory]
    [InlineData(1, 1.5, 2)]
    [InlineData(1, 2, 2)]
    [InlineData(1, 2.1, 1)] // not asked for in time
    [InlineData(2, 3, 4)]
    [InlineData(4, 5, 7)]
    [InlineData(7, 8, 7)]
    [InlineData(7, 30, 1)]
    [InlineData(0.5, 0.6, 1)] // of an earlier configuration
    public void Next_OfVariantAskedForAgain_GrowsUpToTheBound(double former, double age, int days) =>
        Assert.Equal(TimeSpan.FromDays(days), new VariantLifetimes { AdaptiveMaximum = TimeSpan.FromDays(7) }.Next(TimeSpan.FromDays(former), TimeSpan.FromDays(age)));

    [Fact]
    public void Next_WithoutBound_IsThatOfANewOne() => Assert.Equal(TimeSpan.FromDays(1), new VariantLifetimes().Next(TimeSpan.FromDays(1), TimeSpan.FromDays(1)));
}
