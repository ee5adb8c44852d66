using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Sluice.Edge.Routes;
using Sluice.Edge.Serving;

namespace Sluice.Edge.Telemetry;

/// <summary>Requests and bytes by outcome, counted per processor so that a hit shares no cache line; read by meters when somebody asks.</summary>
public sealed class EdgeCounters : IDisposable
{
    private static readonly Outcome[] Outcomes = Enum.GetValues<Outcome>();
    private readonly Cell[] cells = new Cell[Environment.ProcessorCount * Outcomes.Length];
    private readonly Meter meter = new("Sluice.Edge");

    /// <summary>Creates the counters and their instruments.</summary>
    public EdgeCounters()
    {
        meter.CreateObservableCounter("sluice.edge.requests", () => Read(cell => cell.Requests), "{request}", "Requests answered by the edge, by outcome.");
        meter.CreateObservableCounter("sluice.edge.sent", () => Read(cell => cell.Bytes), "By", "Body bytes promised to clients, by outcome.");
    }

    /// <summary>Counts one reply.</summary>
    public void Count(Outcome outcome, long bytes)
    {
        ref var cell = ref cells[(Thread.GetCurrentProcessorId() % Environment.ProcessorCount * Outcomes.Length) + (int)outcome];
        Interlocked.Increment(ref cell.Requests);
        Interlocked.Add(ref cell.Bytes, bytes);
    }

    /// <summary>Shows how origins do.</summary>
    internal void Watch(Func<IEnumerable<OriginCircuit>> circuits) => meter.CreateObservableGauge(
        "sluice.origin.circuit",
        () => circuits().Select(circuit => new Measurement<int>((int)circuit.State, new("route", circuit.Route), new KeyValuePair<string, object?>("origin", circuit.Origin))),
        description: "Whether an origin is asked: 0 closed (it is), 1 half open (one request tries), 2 open (it is left alone).");

    /// <summary>Requests of one outcome since start.</summary>
    public long Requests(Outcome outcome) => Sum(outcome, cell => cell.Requests);

    /// <summary>Body bytes of one outcome since start.</summary>
    public long Bytes(Outcome outcome) => Sum(outcome, cell => cell.Bytes);

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private IEnumerable<Measurement<long>> Read(Func<Cell, long> value) =>
        Outcomes.Select(outcome => new Measurement<long>(Sum(outcome, value), new KeyValuePair<string, object?>("outcome", Name(outcome))));

    private long Sum(Outcome outcome, Func<Cell, long> value)
    {
        var sum = 0L;
        for (var i = (int)outcome; i < cells.Length; i += Outcomes.Length) sum += value(cells[i]);
        return sum;
    }

    private static string Name(Outcome outcome) => outcome.ToString().ToLowerInvariant();

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Cell
    {
        public long Requests;
        public long Bytes;
    }
}
