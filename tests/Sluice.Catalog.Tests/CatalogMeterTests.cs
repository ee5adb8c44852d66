using System.Diagnostics.Metrics;

namespace Sluice.Catalog.Tests;

/// <summary>Row U111: what is counted, and by which labels.</summary>
public sealed class CatalogMeterTests
{
    [Fact]
    public void Counters_HaveTheLabelsOfTheRow()
    {
        using var counted = new CatalogMeter { CacheType = "redis" };
        var seen = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (ReferenceEquals(instrument.Meter, MeterOf(counted))) l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Add($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))} {value}"));
        listener.Start();
        counted.Operation("get", "hit");
        counted.Query("select");
        counted.Flight(isShared: false);
        counted.Flight(isShared: true);
        Assert.Equal(
            ["sluice.catalog.cache.operations operation=get status=hit cache_type=redis 1", "sluice.catalog.db.queries query_type=select table=videos 1", "sluice.catalog.singleflight.requests result=initiated 1", "sluice.catalog.singleflight.requests result=shared 1"],
            seen);
    }

    private static object? MeterOf(CatalogMeter meter) => typeof(CatalogMeter).GetField("meter", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(meter);
}
