using Sluice.Monitoring;

namespace Sluice.Configuration;

/// <summary>What an origin's bytes and requests cost.</summary>
internal sealed class PricesSection
{
    private static readonly Prices Defaults = new();

    public double PerGigabyte { get; set; } = Defaults.PerGigabyte;

    public double PerThousandRequests { get; set; } = Defaults.PerThousandRequests;

    public string Currency { get; set; } = Defaults.Currency;

    /// <summary>Hands the prices over.</summary>
    public void CopyTo(Prices prices) => (prices.PerGigabyte, prices.PerThousandRequests, prices.Currency) = (PerGigabyte, PerThousandRequests, Currency);
}
