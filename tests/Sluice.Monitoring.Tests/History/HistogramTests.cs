using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Tests.History;

/// <summary>MTR-01, MTR-07: percentiles of all measurements, not means of percentiles.</summary>
public sealed class HistogramTests
{
    private static readonly double[] Bounds = [0.1, 0.2, 0.4];

    [Fact]
    public void Percentile_OfNothing_IsNull()
    {
        Assert.Null(new Histogram().Percentile(0.95));
        Assert.Null(new Histogram().Average);
    }

    [Theory]
    [InlineData(0.5, 0.1)] // the 50th of 100: the end of the first bucket
    [InlineData(0.25, 0.05)] // half way through it
    [InlineData(0.75, 0.15)] // 25 of the 50 in the second
    [InlineData(0.95, 0.19)]
    [InlineData(1, 0.2)]
    public void Percentile_WithinABucket_IsLinear(double share, double expected)
    {
        var histogram = new Histogram();
        histogram.Add(Bounds, [50, 50, 0, 0], 12);
        Assert.Equal(expected, histogram.Percentile(share)!.Value, 9);
        Assert.Equal(0.12, histogram.Average!.Value, 9);
    }

    [Fact]
    public void Percentile_AboveTheLastBound_IsTheLastBound()
    {
        var histogram = new Histogram();
        histogram.Add(Bounds, [0, 0, 0, 7], 70);
        Assert.Equal(0.4, histogram.Percentile(0.5));
    }

    [Fact]
    public void Add_QuietHourAndBusyMinute_CountsEveryMeasurementOnce()
    {
        // The mean of the two P95 would be 0.21; of 1010 measurements, 1000 are below 0.1.
        var histogram = new Histogram();
        histogram.Add(Bounds, [1000, 0, 0, 0], 50);
        histogram.Add(Bounds, [0, 0, 10, 0], 3);
        Assert.Equal(0.0959, histogram.Percentile(0.95)!.Value, 3);
    }

    [Fact]
    public void Add_BoundsOfAnotherRelease_KeepsEachCountInItsOwnBucket()
    {
        var histogram = new Histogram();
        histogram.Add(Bounds, [10, 0, 0, 5], 3);
        histogram.Add([0.15, 0.2], [0, 10, 0], 2);
        Assert.Equal(25, histogram.Count);
        Assert.Equal(0.1, histogram.Percentile(0.4)!.Value, 9);
        Assert.Equal(0.175, histogram.Percentile(0.6)!.Value, 9);
        Assert.Equal(0.4, histogram.Percentile(0.99));
    }

    [Fact]
    public void Add_Sampled_CountsWhatItStandsFor()
    {
        var histogram = new Histogram();
        histogram.Add(Bounds, [2, 0, 0, 0], 0.1, 16);
        histogram.Add(Bounds, [0, 0, 8, 0], 2.4);
        Assert.Equal(40, histogram.Count);
        Assert.Equal((1.6 + 2.4) / 40, histogram.Average!.Value, 9);
        Assert.Equal(0.1, histogram.Percentile(0.8)!.Value, 9);
    }
}
