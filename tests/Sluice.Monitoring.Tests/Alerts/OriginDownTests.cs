using Sluice.Monitoring.Alerts;

namespace Sluice.Monitoring.Tests.Alerts;

/// <summary>An origin that answers nothing, without a circuit breaker that says so.</summary>
public sealed class OriginDownTests : IDisposable
{
    private const string Failed = "sluice.origin.requests{origin=a,result=unreachable}", Answered = "sluice.origin.requests{origin=a,result=4xx}", Other = "sluice.origin.requests{origin=b,result=2xx}";

    private readonly AlertBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public void Origin_OfWhichEveryRequestFails_IsCritical_UntilOneIsAnswered()
    {
        (bench.Counters[Failed], bench.Counters[Other]) = (1, 1);
        bench.Run(TimeSpan.FromSeconds(50)); // the third fails after 30 s, and that for 20 s
        Assert.Empty(bench.Told);
        bench.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(["origin-down firing"], bench.Told);
        Assert.Equal((int)AlertSeverity.Critical, bench.Notices[0].Alert.Severity);
        Assert.StartsWith("1 origin(s) answer nothing or nothing but errors, or are left alone", bench.Notices[0].Alert.Message, StringComparison.Ordinal);
        bench.Counters[Answered] = 1;
        bench.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(["origin-down firing", "origin-down resolved"], bench.Told);
        Assert.False(bench.Notices[1].IsUnjudged);
    }

    [Fact]
    public void Clock_ThatIsSetBack_HoldsNoAlertUpUntilItHasComeRoundAgain()
    {
        bench.Counters[Failed] = 1;
        bench.Run(TimeSpan.FromSeconds(40));
        bench.Now -= 3600;
        bench.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(["origin-down firing"], bench.Told);
        bench.Counters[Answered] = 1;
        bench.Run(TimeSpan.FromSeconds(70));
        bench.Now -= 3600;
        bench.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(["origin-down firing", "origin-down resolved"], bench.Told);
    }

    [Theory]
    [InlineData(2, 0)] // too few to say so
    [InlineData(50, 1)]
    public void Origin_ThatFailedTwiceOrAnsweredOnce_IsNotDown(double failed, double answered)
    {
        for (var i = 0; i < 5; i++)
        {
            (bench.Counters[Failed], bench.Counters[Answered]) = (failed, answered);
            bench.Run(TimeSpan.FromSeconds(10));
            (bench.Counters[Failed], bench.Counters[Answered]) = (0, 0);
            bench.Run(TimeSpan.FromMinutes(2));
        }

        Assert.DoesNotContain("origin-down firing", bench.Told);
    }

    [Theory]
    [InlineData("unanswered", true)]
    [InlineData("abandoned", false)]
    public void Origin_ThatNobodyWaitedFor_IsDownWhereTheyWaitedLong(string result, bool isDown)
    {
        bench.Counters[$"sluice.origin.requests{{origin=a,result={result}}}"] = 10;
        bench.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(isDown, bench.Told.Contains("origin-down firing"));
        Assert.Equal(isDown, bench.Told.Contains("origin-errors firing"));
    }

    [Fact]
    public void Requests_BeyondTheSetsOfLabelsThatMayBe_AreNoFailures()
    {
        bench.Counters["sluice.origin.requests{otel.metric.overflow=True}"] = 100;
        bench.Run(TimeSpan.FromMinutes(3));
        Assert.Empty(bench.Told);
    }

    [Fact]
    public void Origin_ThatIsNotAskedAnyMore_IsNotWell_AndEndsTheAlertForThat()
    {
        Fail();
        bench.Counters[Failed] = 0;
        bench.Run(TimeSpan.FromMinutes(8)).Restart();
        bench.Run(TimeSpan.FromMinutes(7));
        Assert.Equal(["origin-down"], bench.On);
        bench.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(["origin-down firing", "origin-down resolved"], bench.Told);
        Assert.True(bench.Notices[1].IsUnjudged);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(0)] // nothing else is asked for
    public void Origin_ThatIsNoMore_EndsTheAlert(double others)
    {
        bench.Origins = new HashSet<string> { "a", "b" };
        Fail();
        (bench.Counters[Failed], bench.Counters[Other]) = (0, others);
        bench.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(["origin-down"], bench.On);
        bench.Origins = new HashSet<string> { "b" };
        bench.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(["origin-down firing", "origin-down resolved"], bench.Told);
        Assert.False(bench.Notices[1].IsUnjudged);
    }

    [Fact]
    public void Origin_ThatAnswersAfterASilence_EndsTheAlert()
    {
        Fail();
        bench.Counters[Failed] = 0;
        bench.Run(TimeSpan.FromMinutes(10));
        bench.Counters[Answered] = 1;
        bench.Run(TimeSpan.FromSeconds(10));
        bench.Counters[Answered] = 0;
        bench.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(["origin-down firing", "origin-down resolved"], bench.Told);
        Assert.False(bench.Notices[1].IsUnjudged);
    }

    /// <summary>One origin fails, in bursts of four around whole minutes too, and another answers all along.</summary>
    private void Fail()
    {
        (bench.Counters[Failed], bench.Counters[Other]) = (0, 20);
        bench.Run(TimeSpan.FromSeconds(50));
        bench.Counters[Failed] = 2;
        bench.Run(TimeSpan.FromSeconds(20));
        bench.Counters[Failed] = 0;
        bench.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(["origin-down firing"], bench.Told);
    }
}
