using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Sluice.Edge.Serving;
using Sluice.Edge.Telemetry;

namespace Sluice.Benchmarks;

/// <summary>What monitoring costs a hit: counting it, noting it for the caches of other sizes, and one time in sixteen measuring it and noting its path. The baseline is one interlocked increment; the bound is 50 ns and no allocation.</summary>
[MemoryDiagnoser]
public class HitRecordBenchmark
{
    private readonly MeterListener listener = new() { InstrumentPublished = (instrument, l) => l.EnableMeasurementEvents(instrument) };
    private EdgeCounters counters = null!;
    private long count;
    private double sum;

    [GlobalSetup]
    public void Listen()
    {
        counters = new EdgeCounters();
        counters.Ghosts = new GhostSampler(1 << 30, () => (counters.Requests(Outcome.Hit), counters.Bytes(Outcome.Hit)), TimeProvider.System);
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => sum += value);
        listener.Start();
    }

    [GlobalCleanup]
    public void Close()
    {
        listener.Dispose();
        counters.Dispose();
    }

    [Benchmark(Baseline = true)]
    public long Increment() => Interlocked.Increment(ref count);

    [Benchmark]
    public void RecordHit()
    {
        var began = counters.IsSampling ? TimeProvider.System.GetTimestamp() : 0;
        counters.Ghosts!.NoteHit(0x1234_5678_9ABC_DEF0, 1000);
        counters.CountHit(1000, inMemory: true);
        if (began == 0) return;
        counters.HitTook(TimeProvider.System.GetElapsedTime(began));
        counters.Hot.Note("/videos/clip.mp4", 1000);
    }
}
