namespace Sluice.Core.Telemetry;

/// <summary>Where records go (row MTR-32).</summary>
public interface IMetricSink
{
    /// <summary>Where that is, for log lines; free of secrets.</summary>
    string Name { get; }

    /// <summary>Takes a batch; never an empty one. Batches come one after another, in order.</summary>
    /// <exception cref="IOException">It could not be delivered; the batch is lost and counted. HttpRequestException and TimeoutException mean the same.</exception>
    ValueTask SendAsync(IReadOnlyList<MetricRecord> batch, CancellationToken cancellation);
}
