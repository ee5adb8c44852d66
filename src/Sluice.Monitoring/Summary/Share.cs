namespace Sluice.Monitoring.Summary;

/// <summary>Requests and bytes of one outcome or tier.</summary>
/// <param name="Name">The outcome or tier.</param>
/// <param name="Requests">Requests in the period.</param>
/// <param name="Bytes">Body bytes in the period.</param>
/// <param name="RequestsText">As shown.</param>
/// <param name="BytesText">As shown.</param>
/// <param name="Percent">Share of all requests, in percent; 0 without any.</param>
public sealed record Share(string Name, double Requests, double Bytes, string RequestsText, string BytesText, double Percent);
