using Sluice.Monitoring.Anomalies;
using Sluice.Monitoring.Tests.Alerts;

namespace Sluice.Monitoring.Tests.Anomalies;

/// <summary>ANO-01 to ANO-03, ALR-08: the formulas by golden numbers, the detectors on labelled series with stated precision and recall.</summary>
public sealed class AnomalyTests
{
    [Fact]
    public void Score_KnownValues_IsTheirDeviationFromTheMedian()
    {
        var usual = RobustScore.Learn([10, 12, 11, 13, 9, 11, 1000], 0, 0);
        Assert.Equal(11, usual.Median);
        Assert.Equal(1.4826, usual.Scale, 9); // the median of |x-11| is 1; the outlier of 1000 does not widen it
        Assert.Equal(3 / 1.4826, usual.Of(14), 9);
    }

    [Fact]
    public void Score_ValuesThatNeverChanged_HasItsFloor()
    {
        Assert.Equal(5, RobustScore.Learn([100, 100, 100], 0.1, 0).Of(150), 9);
        Assert.Equal(2, RobustScore.Learn([100, 100, 100], 0, 25).Of(150), 9);
    }

    [Fact]
    public void Errors_AgainstTheHourBefore_AreJudgedByTheBinomialDistribution()
    {
        // 1 % of 1000 is 10, with a deviation of sqrt(9.9).
        Assert.Equal((30 - 10) / Math.Sqrt(9.9), SpikeDetector.Errors(100, 10_000, 30, 1000)!.Value, 9);
        Assert.Equal(0, SpikeDetector.Errors(0, 10_000, 4, 1000)); // fewer than five are none
        Assert.Null(SpikeDetector.Errors(0, 50, 10, 1000));
    }

    [Fact]
    public void Latency_NotTwiceTheUsual_IsNone()
    {
        var past = Enumerable.Repeat(0.010, 60).ToList();
        Assert.True(SpikeDetector.Latency(past, 0.019) <= 0);
        Assert.True(SpikeDetector.Latency(past, 0.040) > SpikeDetector.LatencyDeviations);
        Assert.Null(SpikeDetector.Latency([.. past.Take(19)], 0.040));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Latency_LabelledSeries_IsFoundWithPrecision95AndRecall95(int seed)
    {
        // A day of minutes with a daily wave and a long tail; 40 of them at three to six times the usual.
        var random = new Random(seed);
        var spikes = Enumerable.Range(0, 40).Select(_ => random.Next(60, 1440)).ToHashSet();
        var series = Enumerable.Range(0, 1440).Select(i => 0.02 * (1 + (0.4 * Math.Sin(i / 1440.0 * 2 * Math.PI))) * Math.Exp(0.15 * Normal(random)) * (spikes.Contains(i) ? 3 + (3 * random.NextDouble()) : 1)).ToArray();
        var found = Enumerable.Range(60, 1380).Where(i => SpikeDetector.Latency(series[(i - 60)..i], series[i]) > SpikeDetector.LatencyDeviations).ToHashSet();
        AssertQuality(found, spikes, 0.95, 0.95);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Traffic_LabelledWeeks_IsFoundWithPrecision90AndRecall95(int seed)
    {
        // Eight weeks to learn from, two to judge; of their hours 30 are at a third or at the double of what is usual.
        var random = new Random(seed);
        var labels = Enumerable.Range(0, 30).Select(_ => random.Next(8 * 168, 10 * 168)).ToHashSet();
        var hours = Enumerable.Range(0, 10 * 168).Select(i => Usual(i) * (1 + (0.06 * Normal(random))) * (labels.Contains(i) ? random.Next(2) == 0 ? 0.33 : 2 : 1)).ToArray();
        var found = new HashSet<int>();
        for (var i = 8 * 168; i < hours.Length; i++)
        {
            double[] past = [.. Enumerable.Range(1, 8).Select(week => hours[i - (week * 168)])];
            if (Math.Abs(RobustScore.Learn(past, 0.1, 17).Of(hours[i])) > 3) found.Add(i);
        }

        AssertQuality(found, labels, 0.9, 0.95);

        static double Usual(int hour) => 5000 + (3000 * Math.Sin(hour % 24 / 24.0 * 2 * Math.PI)) + (hour / 24 % 7 >= 5 ? 2500 : 0);
    }

    [Fact]
    public void Traffic_AtATenthOfTheSameHoursOfTheWeek_IsAWarningAndGoesWhenItReturns()
    {
        using var bench = new AlertBench();
        bench.Past(8 * 168, _ => bench.Counters["sluice.edge.requests{outcome=hit}"] = 36_000);
        bench.Counters["sluice.edge.requests{outcome=hit}"] = 100; // 36,000 an hour in samples of ten seconds
        bench.Pass(TimeSpan.FromHours(1)).Run(TimeSpan.FromMinutes(15));
        Assert.Empty(bench.Told);
        bench.Counters["sluice.edge.requests{outcome=hit}"] = 10;
        bench.Pass(TimeSpan.FromMinutes(50)).Run(TimeSpan.FromMinutes(10));
        Assert.Contains("unusual-traffic-media firing", bench.Told);
        Assert.Contains("usual at this hour of the week is 36,000 requests an hour", bench.Notices.Find(notice => notice.Alert.Rule == "unusual-traffic-media")!.Alert.Message, StringComparison.Ordinal);
        bench.Counters["sluice.edge.requests{outcome=hit}"] = 100;
        bench.Pass(TimeSpan.FromHours(1)).Run(TimeSpan.FromMinutes(10));
        Assert.Contains("unusual-traffic-media resolved", bench.Told);
    }

    [Fact]
    public void HitRate_LeavingItsBaseline_IsAWarning()
    {
        using var bench = new AlertBench();
        bench.Past(8 * 168, _ => (bench.Counters["sluice.edge.requests{outcome=hit}"], bench.Counters["sluice.edge.requests{outcome=miss}"]) = (34_920, 1080)); // 97 %
        (bench.Counters["sluice.edge.requests{outcome=hit}"], bench.Counters["sluice.edge.requests{outcome=miss}"]) = (90, 10); // above 85 %, and unusual
        bench.Pass(TimeSpan.FromHours(1)).Run(TimeSpan.FromMinutes(8));
        Assert.Contains("unusual-hit-rate-media firing", bench.Told);
        Assert.DoesNotContain("hit-rate-media firing", bench.Told);
    }

    [Fact]
    public void Traffic_OfANewServer_IsNotJudged()
    {
        using var bench = new AlertBench();
        bench.Past(40, _ => bench.Counters["sluice.edge.requests{outcome=hit}"] = 36_000);
        bench.Counters["sluice.edge.requests{outcome=hit}"] = 1;
        Assert.Empty(bench.Pass(TimeSpan.FromHours(1)).Run(TimeSpan.FromMinutes(8)).Told);
    }

    [Fact]
    public void Baselines_OfMonthsAndManyBuckets_TakeLittleMemory()
    {
        using var bench = new AlertBench();
        bench.Past(8 * 168, at =>
        {
            for (var i = 0; i < 300; i++) bench.Counters[$"sluice.origin.requests{{origin=s3://bucket-{i},result=2xx}}"] = 100;
            bench.Counters["sluice.edge.requests{outcome=hit}"] = at / 3600 % 24 * 100;
        });
        var measures = HourlyMeasure.All(50);
        var baselines = new HourBaselines(bench.Store, measures);
        // What is read for an hour, by this thread: other tests take and leave memory meanwhile.
        var before = GC.GetAllocatedBytesForCurrentThread();

        var usual = baselines.Score(0, 1000, AlertBench.Begin + (8 * 168 * 3600))?.Usual;

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
        Assert.Equal(100.0 * ((AlertBench.Begin / 3600 - 1) % 24), usual);
    }

    // Of eight weeks five are before the clock was put back.
    [Fact]
    public void Baselines_AfterTheClockOnTheWallWasPutBack_AreOfTheSameHourByIt()
    {
        var summer = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1), Change(3, 2), Change(10, 3));
        var zone = TimeZoneInfo.CreateCustomTimeZone("Middle", TimeSpan.FromHours(1), "", "", "", [summer]);
        using var bench = new AlertBench();
        bench.Past(8 * 168, at => bench.Counters["sluice.edge.requests{outcome=hit}"] = 100 * HourOf(at));

        var baselines = new HourBaselines(bench.Store, HourlyMeasure.All(50), zone);

        for (var now = bench.Now - (12 * 3600); now <= bench.Now; now += 3600) Assert.Equal(100 * HourOf(now - 3600), baselines.Score(0, 1000, now)?.Usual);

        double HourOf(long at) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(at), zone).Hour;

        static TimeZoneInfo.TransitionTime Change(int month, int hour) => TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, hour, 0, 0), month, 5, DayOfWeek.Sunday);
    }

    [Fact]
    public void ErrorsAndLatency_JumpingAfterAQuietHour_AreTold()
    {
        using var bench = new AlertBench(new AlertThresholds { ErrorPercent = 50 });
        bench.Counters["sluice.edge.requests{outcome=hit}"] = 500;
        bench.Times["sluice.edge.duration{path=full}"] = [100, 0, 0, 0, 0, 0, 0];
        bench.Pass(TimeSpan.FromMinutes(65)).Run(TimeSpan.FromMinutes(2));
        Assert.Empty(bench.Told);
        bench.Counters["sluice.edge.errors{status=502}"] = 20;
        bench.Times["sluice.edge.duration{path=full}"] = [0, 0, 0, 100, 0, 0, 0];
        bench.Run(TimeSpan.FromMinutes(3));
        Assert.Contains("latency-outlier-media firing", bench.Told);
        Assert.Contains("error-anomaly-media firing", bench.Told);
    }

    private static void AssertQuality(HashSet<int> found, HashSet<int> labels, double precision, double recall)
    {
        var right = found.Count(labels.Contains);
        Assert.True(right >= precision * found.Count, $"precision {right} of {found.Count}");
        Assert.True(right >= recall * labels.Count, $"recall {right} of {labels.Count}");
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
