namespace Sluice.Monitoring;

/// <summary>What an origin's bytes and requests cost, to tell savings in money. The defaults are list prices of S3 Standard in us-east-1, first tier, without the free allowance.</summary>
public sealed class Prices
{
    /// <summary>For a gigabyte (1,000,000,000 bytes) out of the origin. Default 0.09.</summary>
    public double PerGigabyte { get; set; } = 0.09;

    /// <summary>For a thousand requests (GET). Default 0.0004.</summary>
    public double PerThousandRequests { get; set; } = 0.0004;

    /// <summary>The currency's sign or code, as shown. Default USD.</summary>
    public string Currency { get; set; } = "USD";

    /// <summary>The price of bytes and requests together.</summary>
    public double Of(double bytes, double requests) => (bytes / 1e9 * PerGigabyte) + (requests / 1000 * PerThousandRequests);
}
