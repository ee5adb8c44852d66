using Sluice.Core.Telemetry;

namespace Sluice.Core.Tests.Telemetry;

/// <summary>Keeps what it gets; can hold it back or fail.</summary>
internal sealed class CollectingSink : IMetricSink
{
    public List<IReadOnlyList<MetricRecord>> Batches { get; } = [];

    public TaskCompletionSource? Gate { get; set; }

    public Exception? Failure { get; set; }

    public string Name => "test";

    public async ValueTask SendAsync(IReadOnlyList<MetricRecord> batch, CancellationToken cancellation)
    {
        if (Gate is { } gate) await gate.Task.WaitAsync(cancellation);
        if (Failure is { } failure) throw failure;
        lock (Batches) Batches.Add(batch);
    }
}
