namespace Sluice.Monitoring.Prometheus;

/// <summary>What <c>/metrics</c> shows.</summary>
internal sealed class PrometheusOptions
{
    /// <summary>Names of the meters listened to; a star stands for any run of characters.</summary>
    public HashSet<string> Meters { get; } = new(StringComparer.OrdinalIgnoreCase);
}
