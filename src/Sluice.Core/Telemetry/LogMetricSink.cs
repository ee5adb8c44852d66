using Microsoft.Extensions.Logging;

namespace Sluice.Core.Telemetry;

/// <summary>Writes each record as a line of the log, level Information: the sink where no other is given.</summary>
public sealed class LogMetricSink(ILogger log) : IMetricSink
{
    private static readonly EventId Event = new(2301, "metric");

    /// <inheritdoc/>
    public string Name => "log";

    /// <inheritdoc/>
    public ValueTask SendAsync(IReadOnlyList<MetricRecord> batch, CancellationToken cancellation)
    {
        foreach (var record in batch) log.Log(LogLevel.Information, Event, record, null, static (line, _) => line.ToString());
        return default;
    }
}
