namespace Sluice.Monitoring.Summary;

/// <summary>What origins did not have to send, since the cache had it.</summary>
/// <param name="Bytes">Bytes.</param>
/// <param name="Requests">Requests.</param>
/// <param name="Money">Their price.</param>
public sealed record Savings(double Bytes, double Requests, double Money)
{
    /// <summary>Bytes, as shown.</summary>
    public string BytesText { get; init; } = "";

    /// <summary>Requests, as shown.</summary>
    public string RequestsText { get; init; } = "";

    /// <summary>Their price, as shown.</summary>
    public string MoneyText { get; init; } = "";

    /// <summary>The prices it was told by.</summary>
    public string PricesText { get; init; } = "";
}
