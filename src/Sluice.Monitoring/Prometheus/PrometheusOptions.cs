namespace Sluice.Monitoring.Prometheus;

/// <summary>What <c>/metrics</c> shows.</summary>
internal sealed class PrometheusOptions
{
    /// <summary>Names of the meters listened to; a star stands for any run of characters.</summary>
    public HashSet<string> Meters { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether to listen from the start on, and not from the first scrape on.</summary>
    public bool ListensAtStart { get; set; } = true;

    /// <summary>An OpenTelemetry collector that takes OTLP over HTTP; null for none.</summary>
    public Uri? Otlp { get; set; }

    /// <summary>Name of this server, as the collector is told.</summary>
    public string? Node { get; set; }

    /// <summary>Its version.</summary>
    public string? Version { get; set; }

    /// <summary>Share of traces that is sent to it.</summary>
    public double TraceShare { get; set; } = 0.1;
}
