using System.Diagnostics.Metrics;
using Sluice.Edge.Telemetry;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Telemetry;

/// <summary>Caches of other sizes over live traffic: exact while everything is watched, close when a sample is, bounded always.</summary>
public sealed class GhostSamplerTests : IDisposable
{
    private const int Size = 100;
    private readonly ManualTimeProvider time = new();
    private (long Requests, long Bytes) hits;
    private GhostSampler ghosts;

    public GhostSamplerTests() => ghosts = Open(1000);

    public void Dispose() => ghosts.Dispose();

    [Fact]
    public void TwentyObjectsInTurn_InACacheForTen_HitOnlyWhereAllFit()
    {
        // Twenty objects of a tenth of the size, ten times round: lru of half and full size never hits, double and fourfold miss each object once.
        for (var round = 0; round < 10; round++)
            for (var i = 0; i < 20; i++)
            {
                Ask((ulong)i, 100, wasHeld: false);
                ghosts.Drain(); // what is noted is played processor by processor, and the test's thread may move to another
            }

        var read = Read();
        Assert.Equal((200, 20_000), (read["sluice.whatif.requests "], read["sluice.whatif.sent "]));
        Assert.Equal((0, 0, 180, 180), (read["sluice.whatif.hits lru 0.5"], read["sluice.whatif.hits lru 1"], read["sluice.whatif.hits lru 2"], read["sluice.whatif.hits lru 4"]));
        Assert.Equal((18_000, 180), (read["sluice.whatif.hit_sent lru 4"], read["sluice.whatif.hits s3fifo 4"]));
        Assert.Equal(1000, read["sluice.whatif.size s3fifo"]);
    }

    [Fact]
    public void WhatWasHeldBeforeTheWatchBegan_CountsAsAHit()
    {
        Ask(1, 100, wasHeld: true);
        Ask(2, 100, wasHeld: false);
        Assert.Equal((1, 2), (Read()["sluice.whatif.hits lru 0.5"], Read()["sluice.whatif.requests "]));
    }

    [Fact]
    public void HitsThatWereNotNoted_AreHitsOfEverySize()
    {
        Ask(1, 100, wasHeld: false);
        hits = (50, 5000); // confirmations, whole-file answers in parts: counted, but not sampled
        var read = Read();
        Assert.Equal((51, 50, 5000), (read["sluice.whatif.requests "], read["sluice.whatif.hits lru 0.5"], read["sluice.whatif.hit_sent s3fifo 4"]));
    }

    [Fact]
    public void MissesThatComeWhileASampleIsTaken_AreNeverToldAsHits()
    {
        ghosts.Dispose();
        var calls = 0;
        ghosts = new GhostSampler(1000, () =>
        {
            for (var i = 0; i < 5; i++) ghosts.NoteOther((ulong)++calls << 32, 10, wasHeld: false);
            return (0, 0);
        }, time);
        for (var i = 0; i < 3; i++) ghosts.Drain();
        Assert.All(Read().Where(one => one.Key.StartsWith("sluice.whatif.hits", StringComparison.Ordinal)), one => Assert.Equal(0, one.Value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ASample_OfManyObjects_TellsTheHitRatesOfTheWhole(int seed)
    {
        // 60,000 objects of one size, the popular ones asked for most; the cache holds a tenth of them. An exact simulation beside it is the judge.
        const int Objects = 60_000, Requests = 300_000;
        ghosts.Dispose();
        ghosts = Open(Objects / 10 * Size);
        var (random, exact, exactHits) = (new Random(seed), ((double, string)[])[(0.5, "0.5"), (1, "1"), (2, "2"), (4, "4")], new Dictionary<string, long>());
        var caches = exact.ToDictionary(one => one.Item2, one => new Sluice.Core.Memory.GhostCache("lru", (long)(Objects / 10 * Size * one.Item1)));
        for (var i = 0; i < Requests; i++)
        {
            var id = (ulong)(Objects * Math.Pow(random.NextDouble(), 3)) * 0x9E3779B97F4A7C15;
            foreach (var (name, cache) in caches)
                if (cache.Ask(id, Size)) exactHits[name] = exactHits.GetValueOrDefault(name) + 1;
            ghosts.NoteOther(id, Size, wasHeld: false);
            if (i % 500 == 499) time.Advance(TimeSpan.FromSeconds(1));
        }

        var read = Read();
        Assert.Equal(Requests, read["sluice.whatif.requests "]);
        Assert.InRange(ghosts.Share, 0.01, 0.5); // what is watched is bounded
        foreach (var (_, name) in exact) Assert.InRange(100.0 * (read["sluice.whatif.hits lru " + name] - exactHits[name]) / Requests, -4, 4);
    }

    [Fact]
    public void MissesThatThereIsNoRoomToNote_AreNotToldAsHits() // as in the first seconds of a busy server
    {
        for (var i = 0; i < 4 * Environment.ProcessorCount * GhostSampler.Slots; i++) Ask((ulong)i, 100, wasHeld: false);
        Assert.All(Read().Where(one => one.Key.StartsWith("sluice.whatif.hit", StringComparison.Ordinal)), one => Assert.Equal(0, one.Value));
        Assert.Equal(4 * Environment.ProcessorCount * GhostSampler.Slots, Read()["sluice.whatif.requests "]);
    }

    [Fact]
    public void OneObjectAskedForMoreThanIsWorthWatching_IsLeftOut_AndStillCounted()
    {
        for (var second = 0; second < 30; second++)
        {
            for (var i = 0; i < 20 * GhostSampler.Slots; i++)
            {
                ghosts.NoteHit(0xFFFF_0000_0000_0000, 10);
                hits = (hits.Requests + 1, hits.Bytes + 10);
            }

            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(ghosts.Share, 0, 0.5);
        Assert.Equal(600 * GhostSampler.Slots, Read()["sluice.whatif.hits lru 1"]);
    }

    [Fact]
    public void NoteHit_AnyNumber_AllocatesNothing()
    {
        for (var i = 0; i < 100; i++) ghosts.NoteHit((ulong)i, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100_000; i++) ghosts.NoteHit((ulong)i << 32, 1);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Ask(ulong id, long bytes, bool wasHeld)
    {
        ghosts.NoteOther(id * 0x9E3779B97F4A7C15, bytes, wasHeld);
    }

    private GhostSampler Open(long capacity) => new(capacity, () => hits, time);

    private Dictionary<string, long> Read()
    {
        ghosts.Drain();
        var (read, meter) = (new Dictionary<string, long>(), typeof(GhostSampler).GetField("meter", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(ghosts));
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (ReferenceEquals(instrument.Meter, meter)) l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => read[$"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return read;
    }
}
