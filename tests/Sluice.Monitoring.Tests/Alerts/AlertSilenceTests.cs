namespace Sluice.Monitoring.Tests.Alerts;

/// <summary>What becomes of alerts when there is nothing to judge any more.</summary>
public sealed class AlertSilenceTests : IDisposable
{
    private const string Hit = "sluice.edge.requests{outcome=hit}", Miss = "sluice.edge.requests{outcome=miss}", Failed = "sluice.edge.errors{status=502}";

    private readonly AlertBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public void Traffic_ThatStops_EndsTheAlertAfterAQuarterOfAnHour_SayingWhy()
    {
        Evening();
        bench.Run(TimeSpan.FromMinutes(5 + 14)); // the window of five minutes empties first
        Assert.Equal(["error-rate-media"], bench.On);
        bench.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(["error-rate-media firing", "error-rate-media resolved"], bench.Told);
        var notice = bench.Notices[1];
        Assert.True(notice.IsUnjudged);
        Assert.StartsWith("Too little traffic to judge for 15 minutes: ended without knowing whether it is over. Last: Requests: 2.00% failed", notice.Alert.Message, StringComparison.Ordinal);
        Assert.Equal(notice.Alert, bench.Store.Records.Alerts(0).Single());
    }

    [Fact]
    public void Traffic_ThatIsBack_BeginsTheAlertAnewByTheOrdinaryRule()
    {
        Evening();
        bench.Run(TimeSpan.FromMinutes(30));
        (bench.Counters[Hit], bench.Counters[Failed]) = (1000, 0);
        bench.Run(TimeSpan.FromMinutes(10));
        Assert.Equal(["error-rate-media firing", "error-rate-media resolved"], bench.Told);
        bench.Counters[Failed] = 20;
        bench.Run(TimeSpan.FromMinutes(6));
        Assert.Equal(["error-rate-media firing", "error-rate-media resolved", "error-rate-media firing"], bench.Told.Where(told => told.StartsWith("error-rate", StringComparison.Ordinal)));
    }

    [Fact]
    public void Traffic_ThatIsBackInTime_LeavesTheAlertOn_AndTheNextSilenceCountsFromItsOwnBegin()
    {
        Evening();
        bench.Run(TimeSpan.FromMinutes(15)); // ten of them in silence
        (bench.Counters[Hit], bench.Counters[Failed]) = (1000, 20);
        bench.Run(TimeSpan.FromMinutes(1));
        bench.Restart();
        (bench.Counters[Hit], bench.Counters[Failed]) = (0, 0);
        bench.Run(TimeSpan.FromMinutes(5 + 14));
        Assert.Equal(["error-rate-media firing"], bench.Told);
    }

    [Fact]
    public void Restarts_InTheSilence_DoNotProlongIt()
    {
        Evening();
        bench.Run(TimeSpan.FromMinutes(6));
        for (var i = 0; i < 15; i++)
        {
            bench.Restart();
            bench.Run(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(["error-rate-media firing", "error-rate-media resolved"], bench.Told);
        bench.Restart();
        Assert.Empty(bench.Run(TimeSpan.FromMinutes(1)).On);
    }

    [Fact]
    public void BadMinutes_BeforeAndAfterASilence_AreNotOneStretch()
    {
        bench.Counters[Miss] = 1000;
        bench.Run(TimeSpan.FromMinutes(4)); // of the five that a hit rate must be bad
        bench.Counters[Miss] = 0;
        bench.Pass(TimeSpan.FromMinutes(15)).Run(TimeSpan.FromMinutes(16));
        bench.Counters[Miss] = 1000;
        Assert.Empty(bench.Run(TimeSpan.FromSeconds(290)).Told);
        Assert.Equal(["hit-rate-media firing"], bench.Run(TimeSpan.FromMinutes(1)).Told);
    }

    [Fact]
    public void Traffic_ThatIsMissing_StaysUnusual()
    {
        bench.Now -= 4 * 7 * 24 * 3600;
        bench.Past(4 * 7 * 24, _ => bench.Counters[Hit] = 10_000);
        bench.Counters[Hit] = 0;
        bench.Pass(TimeSpan.FromHours(1)).Run(TimeSpan.FromMinutes(30));
        Assert.Equal(["unusual-traffic-media firing"], bench.Told);
        bench.Restart();
        Assert.Equal(["unusual-traffic-media"], bench.Run(TimeSpan.FromMinutes(20)).On);
    }

    [Fact]
    public void Store_ThatIsNotMeasuredAnyMore_EndsItsAlertForThatReason()
    {
        (bench.Gauges["sluice.presign.store.size"], bench.Gauges["sluice.presign.store.limit"]) = (78, 100);
        bench.Run(TimeSpan.FromMinutes(1));
        bench.Gauges.Clear();
        bench.Run(TimeSpan.FromMinutes(18));
        Assert.Equal(["kv-storage firing", "kv-storage resolved"], bench.Told);
        Assert.StartsWith("Its size and its bound were not measured for 15 minutes", bench.Notices[1].Alert.Message, StringComparison.Ordinal);
    }

    /// <summary>A critical alert, and then nobody asks for anything.</summary>
    private void Evening()
    {
        (bench.Counters[Hit], bench.Counters[Failed]) = (1000, 20);
        bench.Run(TimeSpan.FromMinutes(6));
        (bench.Counters[Hit], bench.Counters[Failed]) = (0, 0);
    }
}
