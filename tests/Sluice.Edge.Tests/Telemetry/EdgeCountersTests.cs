using System.Diagnostics.Metrics;
using Sluice.Edge.Serving;
using Sluice.Edge.Telemetry;

namespace Sluice.Edge.Tests.Telemetry;

public sealed class EdgeCountersTests
{
    [Fact]
    public void RecordingHits_WhileMetersAreHeard_AllocatesNothing()
    {
        using var counters = new EdgeCounters();
        var heard = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => l.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref heard));
        listener.Start();
        Record(counters, 10_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Record(counters, 100_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(heard, 1, 110_000);
    }

    [Fact]
    public void Sampling_ObjectsAskedForInTurn_TakesOneInSixteenOfEach()
    {
        using var counters = new EdgeCounters();
        for (var i = 0; i < 64_000; i++)
        {
            if (counters.IsSampling) counters.Hot.Note(i % 2 == 0 ? "/even" : "/odd", 10);
            counters.CountHit(10, true);
        }

        // Each sample stands for sixteen. By how the processors are changed the numbers differ a little.
        Assert.All(counters.Hot.Top(2), hot => Assert.InRange(hot.Requests, 24_000, 40_000));
        Assert.Equal(64_000, counters.Requests(Outcome.Hit));
        Assert.Equal(640_000, counters.Bytes(Outcome.Hit));
    }

    [Fact]
    public void Hot_MorePathsThanCounters_KeepsTheHotOnes()
    {
        var hot = new HotObjects();
        for (var i = 0; i < 20_000; i++)
        {
            hot.Note("/cold/" + i, 1);
            if (i % 4 == 0) hot.Note("/hot/a", 1);
            if (i % 8 == 0) hot.Note("/hot/b", 1);
        }

        Assert.Equal(["/hot/a", "/hot/b"], hot.Top(2).Select(one => one.Target));
        Assert.Equal(256, hot.Top(1000).Count);
    }

    [Fact]
    public void Tiers_AndErrors_AreCountedApart()
    {
        using var counters = new EdgeCounters();
        counters.CountHit(5, inMemory: true);
        counters.CountHit(7, inMemory: false);
        counters.CountHit(0, inMemory: false); // a HEAD
        counters.Count(Outcome.Miss, 11);
        counters.CountError(404);
        counters.CountError(502);
        counters.CountError(599);
        counters.CountPrefetch();
        counters.CountPrefetch();
        counters.CountPrefetchUsed();
        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (ReferenceEquals(instrument.Meter, MeterOf(counters))) l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen[tags is [var tag, ..] ? $"{instrument.Name} {tag.Value}" : instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal((3, 2, 1, 1), (seen["sluice.edge.requests hit"], seen["sluice.edge.tier.requests memory"], seen["sluice.edge.tier.requests disk"], seen["sluice.edge.tier.requests origin"]));
        Assert.Equal((12, 5, 7, 11), (seen["sluice.edge.sent hit"], seen["sluice.edge.tier.sent memory"], seen["sluice.edge.tier.sent disk"], seen["sluice.edge.tier.sent origin"]));
        Assert.Equal((1, 1), (seen["sluice.edge.errors 502"], seen["sluice.edge.errors other"]));
        Assert.Equal((2, 1), (seen["sluice.edge.prefetched"], seen["sluice.edge.prefetched.used"]));
    }

    [Fact]
    public void Bytes_OfWhatAClientLeft_AreTakenOff_ButNeverBelowWhatWasShown()
    {
        using var counters = new EdgeCounters();
        counters.CountHit(100, inMemory: true);
        counters.CountUntaken(Outcome.Hit, true, 60);
        counters.Count(Outcome.Miss, 50);
        counters.CountUntaken(Outcome.Miss, true, 20);
        Assert.Equal((40, 100, 30), (counters.Bytes(Outcome.Hit), counters.Promised(Outcome.Hit), counters.Bytes(Outcome.Miss)));

        counters.CountHit(1000, inMemory: true);
        Assert.Equal(1040, counters.Bytes(Outcome.Hit));
        counters.CountUntaken(Outcome.Hit, true, 900);
        Assert.Equal(1040, counters.Bytes(Outcome.Hit));
        counters.CountHit(950, inMemory: true);
        Assert.Equal(1090, counters.Bytes(Outcome.Hit));
    }

    private static object? MeterOf(EdgeCounters counters) => typeof(EdgeCounters).GetField("meter", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(counters);

    private static void Record(EdgeCounters counters, int hits)
    {
        for (var i = 0; i < hits; i++)
        {
            if (counters.IsSampling)
            {
                counters.HitTook(TimeSpan.FromMicroseconds(40));
                counters.Hot.Note("/clip.mp4", 1000);
            }

            counters.CountHit(1000, inMemory: true);
        }
    }
}
