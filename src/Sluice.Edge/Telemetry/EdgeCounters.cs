using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;

namespace Sluice.Edge.Telemetry;

/// <summary>Requests and bytes by outcome, counted per processor so that a hit shares no cache line; read by meters when somebody asks.</summary>
public sealed class EdgeCounters : IDisposable
{
    /// <summary>Hits are timed, and looked at for the list of hot objects, one in this many.</summary>
    public const int HitSampling = 16;

    private static readonly Outcome[] Outcomes = Enum.GetValues<Outcome>();
    private static readonly int[] ErrorStatuses = [500, 502, 503, 504, 508];

    // Hits from disk have a cell of their own behind those of the outcomes.
    private static readonly int HitOnDisk = Outcomes.Length, CellsEach = Outcomes.Length + 1;

    // The documents' targets (150, 300 and 800 ms) are bounds, so that what lies beyond them is counted and not guessed.
    private static readonly InstrumentAdvice<double> Bounds = new()
    {
        HistogramBucketBoundaries = [0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 1, 2.5, 5, 10, 30, 60],
    };

    private readonly Cell[] cells = new Cell[Environment.ProcessorCount * CellsEach];
    private readonly long[] shown = new long[CellsEach];
    private readonly long[] errors = new long[ErrorStatuses.Length + 1];
    private readonly Meter meter = new("Sluice.Edge");
    private readonly Histogram<double> duration;
    private long prefetched, prefetchesUsed;

    /// <summary>Creates the counters and their instruments.</summary>
    public EdgeCounters()
    {
        meter.CreateObservableCounter("sluice.edge.requests", () => Read(Requests), "{request}", "Requests to the edge, by outcome; those whose client left before the answer began are misses.");
        meter.CreateObservableCounter("sluice.edge.sent", () => Read(Bytes), "By", "Body bytes sent to clients, by outcome.");
        meter.CreateObservableCounter("sluice.edge.tier.requests", () => ReadTiers(index => Sum(index, cell => cell.Requests)), "{request}", "Requests answered from the cache or from the origin, by the tier that held the first byte: memory, disk, origin.");
        meter.CreateObservableCounter("sluice.edge.tier.sent", () => ReadTiers(Taken), "By", "The same by the tier that held the first of them: memory, disk, origin.");
        meter.CreateObservableCounter("sluice.edge.errors", ReadErrors, "{request}", "Answers of status 500 and above, the origin's own included, by status.");
        meter.CreateObservableCounter("sluice.edge.prefetched", () => Prefetched, "{object}", "Objects fetched ahead of a viewer (prefetch); parts of files are not counted.");
        meter.CreateObservableCounter("sluice.edge.prefetched.used", () => PrefetchesUsed, "{object}", "Objects fetched ahead that a viewer then asked for.");
        duration = meter.CreateHistogram("sluice.edge.duration", "s", "Time from a request's head to the answer's, by path: fast for hits, of which one in 16 is measured, full for what had to wait.", null, Bounds);
    }

    /// <summary>Objects asked for most, from sampled hits.</summary>
    public HotObjects Hot { get; } = new();

    /// <summary>Plays requests through caches of other sizes; null to do without. Set before the first request.</summary>
    public GhostSampler? Ghosts { get; set; }

    /// <summary>True when the next hit on this processor is one of the sampled.</summary>
    internal bool IsSampling
    {
        get
        {
            var first = Thread.GetCurrentProcessorId() % Environment.ProcessorCount * CellsEach;
            var count = (uint)(cells[first + (int)Outcome.Hit].Requests + cells[first + HitOnDisk].Requests);
            // By the golden ratio and not simply each sixteenth: of two objects asked for in turn each sixteenth is always the same one.
            return unchecked(count * 2654435769u) >> 28 == 0;
        }
    }

    /// <summary>Objects fetched ahead of a viewer.</summary>
    internal long Prefetched => Volatile.Read(ref prefetched);

    /// <summary>Those that a viewer then asked for.</summary>
    internal long PrefetchesUsed => Volatile.Read(ref prefetchesUsed);

    /// <summary>Counts one reply.</summary>
    public void Count(Outcome outcome, long bytes) => Add((int)outcome, bytes);

    /// <summary>Counts bytes of a reply whose head could not tell its length, as they go.</summary>
    internal void CountSent(Outcome outcome, long bytes) => Interlocked.Add(ref CellOf((int)outcome).Bytes, bytes);

    /// <summary>Takes off what was counted with a head and has to wait, or is never sent, for its client has left: browsers ask for all of a film, and leave at each seek. Less than none puts it back.</summary>
    internal void CountUntaken(Outcome outcome, bool inMemory, long bytes) => Interlocked.Add(ref CellOf(inMemory || outcome != Outcome.Hit ? (int)outcome : HitOnDisk).Untaken, bytes);

    /// <summary>Counts a hit by the tier that held its first byte; one without a body (HEAD, 304, an empty object) took nothing from disk.</summary>
    internal void CountHit(long bytes, bool inMemory) => Add(inMemory || bytes == 0 ? (int)Outcome.Hit : HitOnDisk, bytes);

    /// <summary>Counts an answer that is an error of ours or of the origin's.</summary>
    internal void CountError(int status)
    {
        if (status < 500) return;
        var index = Array.IndexOf(ErrorStatuses, status);
        Interlocked.Increment(ref errors[index < 0 ? ErrorStatuses.Length : index]);
    }

    /// <summary>Counts an object that is fetched ahead.</summary>
    internal void CountPrefetch() => Interlocked.Increment(ref prefetched);

    /// <summary>Counts the first use of one.</summary>
    internal void CountPrefetchUsed() => Interlocked.Increment(ref prefetchesUsed);

    /// <summary>Measures a sampled hit.</summary>
    internal void HitTook(TimeSpan time) => duration.Record(time.TotalSeconds, new KeyValuePair<string, object?>("path", "fast"));

    /// <summary>Measures a request that had to wait.</summary>
    internal void RequestTook(TimeSpan time) => duration.Record(time.TotalSeconds, new KeyValuePair<string, object?>("path", "full"));

    /// <summary>Shows how origins do.</summary>
    internal void Watch(Func<IEnumerable<OriginCircuit>> circuits) => meter.CreateObservableGauge(
        "sluice.origin.circuit",
        () => circuits().Select(circuit => new Measurement<int>((int)circuit.State, new("route", circuit.Route), new KeyValuePair<string, object?>("origin", circuit.Origin))),
        description: "Whether an origin is asked: 0 closed (it is), 1 half open (one request tries), 2 open (it is left alone).");

    /// <summary>Requests of one outcome since start.</summary>
    public long Requests(Outcome outcome) => Sum(outcome, cell => cell.Requests);

    /// <summary>Body bytes of one outcome since start.</summary>
    public long Bytes(Outcome outcome) => Taken((int)outcome) + (outcome == Outcome.Hit ? Taken(HitOnDisk) : 0);

    /// <summary>The same with what clients have not taken.</summary>
    public long Promised(Outcome outcome) => Sum(outcome, cell => cell.Bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        Ghosts?.Dispose();
        meter.Dispose();
    }

    private void Add(int index, long bytes)
    {
        ref var cell = ref CellOf(index);
        Interlocked.Increment(ref cell.Requests);
        Interlocked.Add(ref cell.Bytes, bytes);
    }

    private ref Cell CellOf(int index) => ref cells[(Thread.GetCurrentProcessorId() % Environment.ProcessorCount * CellsEach) + index];

    private static IEnumerable<Measurement<long>> Read(Func<Outcome, long> value) =>
        Outcomes.Select(outcome => new Measurement<long>(value(outcome), new KeyValuePair<string, object?>("outcome", Name(outcome))));

    private static IEnumerable<Measurement<long>> ReadTiers(Func<int, long> value) =>
    [
        new(value((int)Outcome.Hit) + value((int)Outcome.Stale) + value((int)Outcome.Revalidated), new KeyValuePair<string, object?>("tier", "memory")),
        new(value(HitOnDisk), new KeyValuePair<string, object?>("tier", "disk")),
        new(value((int)Outcome.Miss) + value((int)Outcome.Coalesced) + value((int)Outcome.Bypass), new KeyValuePair<string, object?>("tier", "origin")),
    ];

    private IEnumerable<Measurement<long>> ReadErrors() =>
        errors.Select((count, i) => new Measurement<long>(Volatile.Read(ref errors[i]), new KeyValuePair<string, object?>("status", i < ErrorStatuses.Length ? ErrorStatuses[i] : "other")));

    private long Sum(Outcome outcome, Func<Cell, long> value) => Sum((int)outcome, value) + (outcome == Outcome.Hit ? Sum(HitOnDisk, value) : 0);

    /// <summary>Never less than before, which readers take for a restart: of an answer that has just begun all may be counted for a moment.</summary>
    private long Taken(int index)
    {
        var now = Sum(index, cell => cell.Bytes - cell.Untaken);
        long before;
        while ((before = Volatile.Read(ref shown[index])) < now && Interlocked.CompareExchange(ref shown[index], now, before) != before)
        {
        }

        return Math.Max(before, now);
    }

    private long Sum(int index, Func<Cell, long> value)
    {
        var sum = 0L;
        for (var i = index; i < cells.Length; i += CellsEach) sum += value(cells[i]);
        return sum;
    }

    private static string Name(Outcome outcome) => outcome.ToString().ToLowerInvariant();

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Cell
    {
        public long Requests;
        public long Bytes;
        public long Untaken;
    }
}
