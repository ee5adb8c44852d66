namespace Sluice.Monitoring;

/// <summary>When alerts begin; each ends a little on the good side of where it begins, so that it does not flutter. Defaults are required (rows ALR-01 to ALR-08, decisions D12 to D15).</summary>
public sealed class AlertThresholds
{
    /// <summary>Errors in percent, over five minutes; above is critical (ALR-01). Default 1.</summary>
    public double ErrorPercent { get; set; } = 1;

    /// <summary>95th percentile of latency, in every minute of five; above is critical (ALR-02, D12). Default 300 ms.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Refusals of the key-value store for too many requests within five minutes; as many are critical (ALR-03). Default 1.</summary>
    public int RateLimits { get; set; } = 1;

    /// <summary>Expired URLs found within an hour; as many are critical (ALR-04, D13). Default 2.</summary>
    public int Expirations { get; set; } = 2;

    /// <summary>Hit rate in percent, over fifteen minutes; below is a warning (ALR-05). Default 85.</summary>
    public double HitPercent { get; set; } = 85;

    /// <summary>Refresh rate in percent, over fifteen minutes; above is a warning (ALR-06). Default 15.</summary>
    public double RefreshPercent { get; set; } = 15;

    /// <summary>Use of the key-value store in percent of its bound; from here on a warning (ALR-07, D14). Default 75.</summary>
    public double StoragePercent { get; set; } = 75;

    /// <summary>The same; from here on critical (ALR-07, D14). Default 80.</summary>
    public double StorageCriticalPercent { get; set; } = 80;

    /// <summary>Robust standard deviations from the same hour of the week beyond which traffic, hit rate, latency and errors are unusual (ALR-08, ANO-03, D15). Default 3.</summary>
    public double Deviation { get; set; } = 3;

    /// <summary>Requests below which a rate says nothing. Default 50.</summary>
    public int MinimumRequests { get; set; } = 50;
}
