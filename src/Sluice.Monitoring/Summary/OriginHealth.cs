namespace Sluice.Monitoring.Summary;

/// <summary>How an origin does.</summary>
/// <param name="Name">The origin.</param>
/// <param name="Requests">Requests to it in the period, as shown.</param>
/// <param name="Failures">Share that failed, as shown.</param>
/// <param name="P95">95th percentile of the time to its answer's head, as shown.</param>
/// <param name="Received">Body bytes it sent, as shown.</param>
/// <param name="State">answering; not asked in the last minute; failing: no request of it was answered; trying, or left alone by its circuit breaker.</param>
public sealed record OriginHealth(string Name, string Requests, string Failures, string P95, string Received, string State)
{
    /// <summary>good, warning, or bad.</summary>
    public string Tone { get; init; } = "";
}
