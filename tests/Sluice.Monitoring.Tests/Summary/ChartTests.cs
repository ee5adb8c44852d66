using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Tests.Summary;

/// <summary>TRD-01 to TRD-05, KV-11 and what-if: lines and tables with golden numbers.</summary>
public sealed class ChartTests : IDisposable
{
    private const long Now = 1_790_078_400 + 130; // two minutes into a step of five
    private readonly HistoryStore store = new(HistoryFile.Open(null, NullLogger.Instance), 200_000_000);

    public void Dispose() => store.Dispose();

    [Theory]
    [InlineData("day", 288, 300)]
    [InlineData("week", 168, 3600)]
    [InlineData("month", 180, 14_400)]
    public void Steps_OfAView_CoverItAndBeginOnMultiplesOfTheirLength(string name, int steps, int length)
    {
        var trend = TrendBuilder.Make(Period.Find(name)!, "media", Now, [], []);
        Assert.Equal((steps, 0, length), (trend.At.Count, trend.At[0] % length, trend.At[1] - trend.At[0]));
        Assert.InRange(Now, trend.At[^1], trend.At[^1] + length - 1);
    }

    [Fact]
    public void Lines_OfADay_AreThoseOfTheirStepsAndOfYesterdays()
    {
        var (period, from) = (Period.Find("day")!, Period.Find("day")!.ChartFrom(Now));
        var trend = TrendBuilder.Make(period, "media", Now, [Bin(from, 90, 10), Bin(from - 300, 1, 1), Bin(from + 300 - period.Seconds, 50, 50), Bin(from + (287 * 300), 130, 0)], []);
        Assert.Equal((90.0, null, 100.0), (trend.HitRate[0], trend.HitRate[1], trend.HitRate[^1]));
        Assert.Equal((null, 50.0, 50.0), (trend.HitRateBefore[0], trend.HitRateBefore[1], trend.HitRateBefore[^1])); // the step before the first is yesterday's last
        Assert.Equal(Math.Round(100 / 300.0, 3), trend.Requests[0]);
        Assert.Equal(Math.Round(130 / 131.0, 3), trend.Requests[^1]); // of the time that has passed, not of the whole step
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1799)]
    [InlineData(3599)]
    public void Day_ReadFromHoursAndMinutes_IsThatOfItsMinutes(int after)
    {
        var (day, now) = (Period.Find("day")!, Now - (Now % 3600) + after);
        for (var at = now - (50 * 3600); at < now; at += 420)
            store.Append(at, store.Resolve(catalog => new Dictionary<int, SeriesValue> { [catalog.Get("sluice.edge.requests{outcome=hit}", SeriesKind.Counter, [])!.Id] = new() { Value = at % 977 }, [catalog.Get(MeasureNames.Objects, SeriesKind.Gauge, [])!.Id] = new() { Value = at % 31 } }));
        var reader = new HistoryReader(store, null!);
        Same(reader.Period(day, now), day.From(now), now + 1);
        Same(reader.Before(day, now), day.From(now) - day.Seconds, day.From(now));

        void Same(Window window, long from, long to)
        {
            var minutes = store.Read(HistoryLevel.Minute, from, to, MeasureScopes.Wanted);
            Assert.True(minutes.Sum("sluice.edge.requests") > 0);
            Assert.Equal((minutes.Sum("sluice.edge.requests"), minutes.Last(MeasureNames.Objects)), (window.Sum("sluice.edge.requests"), window.Last(MeasureNames.Objects)));
        }
    }

    [Fact]
    public void Storage_OfUrlsAndOfMedia_IsWhatTheTierHolds() // KV-11
    {
        var bin = new HistoryBin(Period.Find("day")!.ChartFrom(Now), Of((MeasureNames.StoreSize, 12.4e6), (MeasureNames.StoreLimit, 64e6), (MeasureNames.MemorySize, 1e6), (MeasureNames.MemoryLimit, 2e6)));
        var (urls, media) = (TrendBuilder.Make(Period.Find("day")!, "urls", Now, [bin], []), TrendBuilder.Make(Period.Find("day")!, "media", Now, [bin], []));
        Assert.Equal((12.4e6, 64e6, 1e6, 2e6), (urls.Storage[0], urls.StorageLimit[0], media.Storage[0], media.StorageLimit[0]));
    }

    [Fact]
    public void WhatIf_KnownCounts_AreRatesMoneyAndDifferences()
    {
        var counts = new Dictionary<int, SeriesValue>();
        Add("sluice.whatif.requests", 1000);
        Add("sluice.whatif.sent", 100e9);
        Add("sluice.edge.sent{outcome=hit}", 100e9);
        foreach (var (policy, size, hits) in ((string, string, double)[])[("s3fifo", "0.5", 600), ("s3fifo", "1", 800), ("s3fifo", "2", 900), ("s3fifo", "4", 950), ("lru", "1", 700)])
        {
            Add($"sluice.whatif.hits{{policy={policy},size={size}}}", hits);
            Add($"sluice.whatif.hit_sent{{policy={policy},size={size}}}", hits * 1e8);
        }

        var found = WhatIfBuilder.Build(new Window(counts, store.Catalog.Find), Of((MeasureNames.WhatIfSize, 10e9), (MeasureNames.WhatIfShare, 0.25)), new Prices())!;
        Assert.Equal((1000, 25, 8), (found.Requests, found.Share, found.Rows.Count));
        var rows = found.Rows.Where(row => row.Policy == "s3fifo").Select(row => $"{row.CapacityText} {row.HitText} {row.ByteText} {row.MoneyText} {row.DifferenceText}");
        // 80 GB at 0.09 and 800 requests at 0.0004 a thousand: 7.20 USD.
        Assert.Equal(["5.0GB 60.0% 60.0% 5.40 USD -1.80 USD", "10.0GB 80.0% 80.0% 7.20 USD ", "20.0GB 90.0% 90.0% 8.10 USD +0.9 USD", "40.0GB 95.0% 95.0% 8.55 USD +1.35 USD"], rows);
        Assert.Equal("70.0%", found.Rows.Single(row => row is { Policy: "lru", Factor: 1 }).HitText);
        Assert.Equal("s3fifo", found.Policy);
        Assert.Equal("lru", WhatIfBuilder.Build(new Window(counts, store.Catalog.Find), Of((MeasureNames.WhatIfSize + "{policy=lru}", 10e9)), new Prices())!.Policy);
        Assert.Null(WhatIfBuilder.Build(Of(), Of(), new Prices()));

        // Of 100 GB that were promised clients took 50.
        foreach (var (outcome, bytes) in ((string, double)[])[("hit", 40e9), ("miss", 10e9), ("bypass", 500e9)]) Add($"sluice.edge.sent{{outcome={outcome}}}", bytes);
        found = WhatIfBuilder.Build(new Window(counts, store.Catalog.Find), Of((MeasureNames.WhatIfSize, 10e9)), new Prices())!;
        Assert.Equal("80.0% 3.60 USD", found.Rows.Where(row => row is { Policy: "s3fifo", Factor: 1 }).Select(row => $"{row.ByteText} {row.MoneyText}").Single());

        void Add(string name, double value) => counts[store.Catalog.Get(name, SeriesKind.Counter, [])!.Id] = new SeriesValue { Value = value };
    }

    private HistoryBin Bin(long at, double hits, double misses) => new(at, new Window(new()
    {
        [store.Catalog.Get("sluice.edge.requests{outcome=hit}", SeriesKind.Counter, [])!.Id] = new SeriesValue { Value = hits },
        [store.Catalog.Get("sluice.edge.requests{outcome=miss}", SeriesKind.Counter, [])!.Id] = new SeriesValue { Value = misses },
    }, store.Catalog.Find));

    private Window Of(params (string Name, double Value)[] gauges) =>
        new(gauges.ToDictionary(gauge => store.Catalog.Get(gauge.Name, SeriesKind.Gauge, [])!.Id, gauge => new SeriesValue { Value = gauge.Value, Maximum = gauge.Value }), store.Catalog.Find);
}
