namespace Sluice.Monitoring.Summary;

/// <summary>What origins did not have to send, since the cache had it.</summary>
/// <param name="Bytes">Bytes.</param>
/// <param name="Requests">Requests.</param>
/// <param name="Money">Their price.</param>
/// <param name="BytesText">As shown.</param>
/// <param name="RequestsText">As shown.</param>
/// <param name="MoneyText">As shown.</param>
/// <param name="PricesText">The prices it was told by.</param>
public sealed record Savings(double Bytes, double Requests, double Money, string BytesText, string RequestsText, string MoneyText, string PricesText);
