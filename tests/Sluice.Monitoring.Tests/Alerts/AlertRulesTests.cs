using Sluice.Monitoring.Alerts;

namespace Sluice.Monitoring.Tests.Alerts;

/// <summary>ALR-01 to ALR-09 with the documents' numbers: each just on and just beyond its threshold.</summary>
public sealed class AlertRulesTests : IDisposable
{
    private const string Hit = "sluice.edge.requests{outcome=hit}", Miss = "sluice.edge.requests{outcome=miss}", Stale = "sluice.edge.requests{outcome=stale}", Failed = "sluice.edge.errors{status=502}";
    private const string Busy = "sluice.presign.store.errors{type=busy}", Expired = "sluice.presign.expirations", Size = "sluice.presign.store.size", Limit = "sluice.presign.store.limit";
    private const string Whole = "sluice.edge.duration{path=full}", Inner = "sluice.presign.generation";

    private readonly AlertBench bench = new();

    public void Dispose() => bench.Dispose();

    [Theory]
    [InlineData(1, false)] // 1.00 % is not above 1 %
    [InlineData(1.01, true)]
    public void ErrorRate_AboveOnePercent_IsCritical(double errors, bool fires)
    {
        bench.Counters[Hit] = 100;
        bench.Counters[Failed] = errors;
        bench.Run(TimeSpan.FromMinutes(6));
        Assert.Equal(fires ? ["error-rate-media firing"] : [], bench.Told);
        if (fires) Assert.Equal((int)AlertSeverity.Critical, bench.Notices[0].Alert.Severity);
    }

    [Fact]
    public void ErrorRate_OfFewRequests_SaysNothing()
    {
        bench.Counters[Hit] = 1;
        bench.Counters[Failed] = 1;
        Assert.Empty(bench.Run(TimeSpan.FromMinutes(8)).Told);
    }

    [Fact]
    public void ErrorRate_BetweenItsTwoThresholds_StaysAsItIs()
    {
        bench.Counters[Hit] = 1000;
        bench.Counters[Failed] = 20;
        bench.Run(TimeSpan.FromMinutes(6));
        bench.Counters[Failed] = 9; // 0.9 %: below 1, not below 0.8
        bench.Run(TimeSpan.FromMinutes(20));
        Assert.Equal(["error-rate-media firing"], bench.Told.Where(told => told.StartsWith("error-rate", StringComparison.Ordinal)));
        bench.Counters[Failed] = 7;
        bench.Run(TimeSpan.FromMinutes(20));
        Assert.Equal(["error-rate-media firing", "error-rate-media resolved"], bench.Told.Where(told => told.StartsWith("error-rate", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(Whole, "latency-media")]
    [InlineData(Inner, "latency-urls")] // D12: either time counts
    public void Latency_Above300MsInEachOfFiveMinutes_IsCritical(string times, string rule)
    {
        bench.Times[times] = [0, 0, 0, 0, 10, 0, 0]; // all between 300 and 500 ms
        bench.Run(TimeSpan.FromSeconds(290));
        Assert.Empty(bench.Told);
        bench.Run(TimeSpan.FromSeconds(10));
        Assert.Equal([rule + " firing"], bench.Told);
    }

    [Fact]
    public void Latency_WithOneGoodMinuteAmongFive_IsNotSustained()
    {
        for (var i = 0; i < 5; i++)
        {
            bench.Times[Whole] = [0, 0, 0, 0, 10, 0, 0];
            bench.Run(TimeSpan.FromMinutes(4));
            bench.Times[Whole] = [0, 0, 0, 10, 0, 0, 0]; // 200 to 300 ms: its P95 is not above 300
            bench.Run(TimeSpan.FromMinutes(1));
        }

        Assert.Empty(bench.Told);
    }

    [Fact]
    public void RateLimit_Once_IsCriticalAndEndsWhenItLeftTheWindow()
    {
        bench.Counters[Busy] = 1;
        bench.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(["kv-rate-limit firing"], bench.Told);
        bench.Counters[Busy] = 0;
        bench.Run(TimeSpan.FromMinutes(7));
        Assert.Equal(["kv-rate-limit firing", "kv-rate-limit resolved"], bench.Told);
    }

    [Fact]
    public void Expirations_TwoWithinAnHour_AreCritical_OneIsNot()
    {
        bench.Counters[Expired] = 1;
        bench.Run(TimeSpan.FromSeconds(10));
        bench.Counters[Expired] = 0;
        bench.Run(TimeSpan.FromMinutes(50));
        Assert.Empty(bench.Told);
        bench.Counters[Expired] = 1;
        bench.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(["url-expirations firing"], bench.Told);
    }

    [Theory]
    [InlineData(85, false)]
    [InlineData(84.9, true)]
    public void HitRate_Below85Percent_IsAWarningAfterFiveMinutes(double hits, bool fires)
    {
        (bench.Counters[Hit], bench.Counters[Miss]) = (hits * 10, 1000 - (hits * 10));
        bench.Run(TimeSpan.FromSeconds(300));
        Assert.Empty(bench.Told);
        bench.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(fires ? ["hit-rate-media firing"] : [], bench.Told);
        if (fires) Assert.Equal((int)AlertSeverity.Warning, bench.Notices[0].Alert.Severity);
    }

    [Theory]
    [InlineData(15, false)]
    [InlineData(15.1, true)]
    public void RefreshRate_Above15Percent_IsAWarning(double refreshes, bool fires)
    {
        (bench.Counters[Hit], bench.Counters[Stale]) = (1000 - (refreshes * 10), refreshes * 10);
        bench.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(fires ? ["refresh-rate-media firing"] : [], bench.Told);
    }

    [Theory]
    [InlineData(74.9, new string[0])]
    [InlineData(75, new[] { "kv-storage" })]
    [InlineData(80, new[] { "kv-storage", "kv-storage-critical" })]
    public void Storage_From75AndFrom80Percent_IsAWarningAndCritical(double percent, string[] on)
    {
        (bench.Gauges[Size], bench.Gauges[Limit]) = (percent, 100);
        bench.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(on, bench.On);
    }

    [Theory]
    [InlineData(14.1, new string[0])]
    [InlineData(13.9, new[] { "certificate" })]
    [InlineData(2.9, new[] { "certificate", "certificate-critical" })]
    [InlineData(-1, new[] { "certificate", "certificate-critical" })]
    public void Certificate_From14AndFrom3Days_IsAWarningAndCritical(double days, string[] on)
    {
        bench.Gauges["sluice.edge.certificate.remaining"] = days * 86_400;
        bench.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(on, bench.On);
        Assert.All(bench.Notices, notice => Assert.Contains(days > 0 ? FormattableString.Invariant($"in {days:0.0} days") : "has expired", notice.Alert.Message, StringComparison.Ordinal));
        bench.Gauges["sluice.edge.certificate.remaining"] = 90 * 86_400;
        Assert.Empty(bench.Run(TimeSpan.FromMinutes(2)).On);
    }

    [Theory]
    [InlineData("sluice.disk.away", 1, 0, "disk-away")]
    [InlineData("sluice.redis.connected", 0, 1, "redis-away")]
    public void WhatIsAway_UntilItIsThereAgain_IsTold(string gauge, double away, double there, string rule)
    {
        bench.Gauges[gauge] = there;
        Assert.Empty(bench.Run(TimeSpan.FromMinutes(5)).Told);
        bench.Gauges[gauge] = away;
        Assert.Equal([rule + " firing"], bench.Run(TimeSpan.FromMinutes(2)).Told);
        bench.Gauges[gauge] = there;
        Assert.Equal([rule + " firing", rule + " resolved"], bench.Run(TimeSpan.FromMinutes(3)).Told);
    }

    [Fact]
    public void Circuit_OpenForHalfAMinute_IsCritical()
    {
        bench.Gauges["sluice.origin.circuit{origin=a,route=r}"] = 2;
        bench.Run(TimeSpan.FromSeconds(20));
        Assert.Empty(bench.Told);
        bench.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(["origin-down firing"], bench.Told);
        bench.Gauges["sluice.origin.circuit{origin=a,route=r}"] = 0;
        bench.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(["origin-down firing", "origin-down resolved"], bench.Told);
    }

    [Fact]
    public void AnAlertThatIsOn_IsToldOnce_AlsoAcrossARestart()
    {
        (bench.Gauges[Size], bench.Gauges[Limit]) = (78, 100);
        bench.Run(TimeSpan.FromMinutes(10));
        bench.Restart();
        bench.Run(TimeSpan.FromMinutes(10));
        Assert.Equal(["kv-storage firing"], bench.Told);
        bench.Gauges[Size] = 10;
        bench.Run(TimeSpan.FromMinutes(3));
        Assert.Equal(["kv-storage firing", "kv-storage resolved"], bench.Told);
        Assert.Empty(bench.On);
    }

    [Fact]
    public void AnAlertThatGetsWorse_SaysHowBadItIsNow_AndIsStillToldOnce()
    {
        (bench.Counters[Hit], bench.Counters[Failed]) = (1000, 20);
        bench.Run(TimeSpan.FromMinutes(6));
        Assert.Contains("2.00% failed", Alert().Message, StringComparison.Ordinal);
        bench.Counters[Failed] = 500;
        bench.Run(TimeSpan.FromMinutes(6));
        Assert.Contains("50.00% failed", Alert().Message, StringComparison.Ordinal);
        Assert.Equal(50, Alert().Value, 3);
        bench.Counters[Failed] = 9; // 0.9 %: neither above 1 nor below 0.8, so that "more than 1%" would be wrong
        bench.Run(TimeSpan.FromMinutes(20));
        Assert.DoesNotContain("0.90%", Alert().Message, StringComparison.Ordinal);
        Assert.Equal(["error-rate-media firing"], bench.Told.Where(told => told.StartsWith("error-rate", StringComparison.Ordinal)));

        Sluice.Monitoring.History.AlertRow Alert() => bench.Store.Records.Alerts(long.MaxValue).Single(row => row.Rule == "error-rate-media");
    }

    [Fact]
    public void Thresholds_Adjusted_AreTheOnesThatCount()
    {
        using var strict = new AlertBench(new AlertThresholds { HitPercent = 99, MinimumRequests = 1 });
        (strict.Counters[Hit], strict.Counters[Miss]) = (97, 3);
        Assert.Equal(["hit-rate-media firing"], strict.Run(TimeSpan.FromMinutes(6)).Told);
    }
}
