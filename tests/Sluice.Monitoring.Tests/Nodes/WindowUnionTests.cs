using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using Sluice.Monitoring.Nodes;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Tests.Nodes;

/// <summary>Several nodes as one: counts and buckets add up, whatever numbers each node gave its series.</summary>
public sealed class WindowUnionTests
{
    [Fact]
    public void Percentile_OfAQuietSlowNodeAndABusyFastOne_IsOfAllMeasurements()
    {
        // 10 at a second each on one, 990 at 10 ms on the other: the 95th of all is 10 ms, and no mean of 1 s and 10 ms.
        double[] bounds = [0.01, 0.5, 1];
        var slow = Node((7, "sluice.origin.first_byte{origin=a}", SeriesKind.Histogram, bounds, new SeriesValue { Value = 10, Buckets = [0, 0, 10, 0] }));
        var fast = Node((3, "sluice.origin.first_byte{origin=a}", SeriesKind.Histogram, bounds, new SeriesValue { Value = 9.9, Buckets = [990, 0, 0, 0] }));
        var times = MeasureScopes.Media.Inner(WindowUnion.Of([slow, fast]));
        Assert.Equal((1000, 0.0199), (times.Count, Math.Round(times.Average!.Value, 9)));
        Assert.Equal(0.01 * 950 / 990, times.Percentile(0.95)!.Value, 9);
        Assert.Equal(0.01, times.Percentile(0.99)!.Value, 9);
    }

    [Fact]
    public void Rates_OfNodesOfDifferentSize_AreOfAllRequests()
    {
        var one = Node((1, "sluice.edge.requests{outcome=hit}", SeriesKind.Counter, [], new SeriesValue { Value = 900 }), (2, "sluice.edge.requests{outcome=miss}", SeriesKind.Counter, [], new SeriesValue { Value = 100 }));
        var two = Node((2, "sluice.edge.requests{outcome=hit}", SeriesKind.Counter, [], new SeriesValue { Value = 5 }), (1, "sluice.edge.requests{outcome=miss}", SeriesKind.Counter, [], new SeriesValue { Value = 95 }));
        Assert.Equal(100.0 * 905 / 1100, MeasureScopes.Media.HitRate(WindowUnion.Of([one, two]))!.Value, 9); // 82.3, and not the mean of 90 and 5
    }

    [Fact]
    public void Gauges_AddUp_ButForWhatTheNodesShare()
    {
        var nodes = ((double, double, double)[])[(100, 12.4e6, 0), (150, 12.5e6, 2)];
        var all = WindowUnion.Of([.. nodes.Select(node => Node(Gauge(1, MeasureNames.Objects, node.Item1), Gauge(2, MeasureNames.StoreSize, node.Item2), Gauge(3, MeasureNames.Circuit + "{origin=a}", node.Item3)))]);
        Assert.Equal((250.0, 12.5e6, 2.0), (all.Last(MeasureNames.Objects), all.Last(MeasureNames.StoreSize), all.Last(MeasureNames.Circuit)));

        static (int, string, SeriesKind, double[], SeriesValue) Gauge(int id, string name, double value) => (id, name, SeriesKind.Gauge, [], new SeriesValue { Value = value, Maximum = value });
    }

    [Fact]
    public void Rates_WithANodeThatHasJustStarted_AreOfTheOthersMinute()
    {
        var all = NodeViews.Together([Input(660, 66), Input(5, 12)]);
        Assert.Equal(665.0 / 66, MeasureScopes.Media.Requests(all.Minute) / all.MinuteSeconds, 9); // 10 a second, and not 17

        static SummaryInput Input(double requests, double seconds)
        {
            var minute = Node((1, "sluice.edge.requests{outcome=hit}", SeriesKind.Counter, [], new SeriesValue { Value = requests }));
            return new SummaryInput { Whole = minute, Before = minute, Minute = minute, MinuteSeconds = seconds, Node = "n", Version = "1", Uptime = seconds, HasUrls = false, Hottest = [], Alerts = [], Purges = [] };
        }
    }

    [Fact]
    public void Union_LeavesWhatItIsMadeOfAsItIs()
    {
        var one = Node((1, "sluice.edge.requests{outcome=hit}", SeriesKind.Counter, [], new SeriesValue { Value = 1 }));
        WindowUnion.Of([one, one]);
        WindowUnion.Of([one, one]);
        Assert.Equal(1, one.Sum("sluice.edge.requests"));
    }

    [Fact]
    public void Frame_ThatIsNoneOfOurs_ReadsAsNothing() =>
        Assert.True(new NodeReading(new NodeFrame { Id = "a", Name = "a", Version = "1", Windows = new Dictionary<string, byte[]> { ["day"] = [1, 2, 3] } }).Window("day").IsEmpty);

    private static Window Node(params (int Id, string Name, SeriesKind Kind, double[] Bounds, SeriesValue Value)[] series)
    {
        var known = series.ToDictionary(one => one.Id, one => new Series(one.Id, one.Name, one.Kind, one.Bounds));
        return new Window(series.ToDictionary(one => one.Id, one => one.Value), known.GetValueOrDefault);
    }
}
