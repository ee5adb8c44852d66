namespace Sluice.Monitoring.Prometheus;

/// <summary>The metric types of the text format that our instruments map to.</summary>
internal enum PrometheusKind
{
    /// <summary>Only goes up.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts by bucket, with sum and count.</summary>
    Histogram,
}
