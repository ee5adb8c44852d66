using Sluice.Monitoring;

namespace Sluice.Configuration;

/// <summary>When alerts begin, and where they are sent.</summary>
internal sealed class AlertsSection
{
    private static readonly AlertThresholds Defaults = new();

    public double ErrorPercent { get; set; } = Defaults.ErrorPercent;

    public TimeSpan Latency { get; set; } = Defaults.Latency;

    public int RateLimits { get; set; } = Defaults.RateLimits;

    public int Expirations { get; set; } = Defaults.Expirations;

    public double HitPercent { get; set; } = Defaults.HitPercent;

    public double RefreshPercent { get; set; } = Defaults.RefreshPercent;

    public double StoragePercent { get; set; } = Defaults.StoragePercent;

    public double StorageCriticalPercent { get; set; } = Defaults.StorageCriticalPercent;

    public double Deviation { get; set; } = Defaults.Deviation;

    public int MinimumRequests { get; set; } = Defaults.MinimumRequests;

    public Uri? Webhook { get; set; }

    public string? WebhookSecret { get; set; }

    public string? Command { get; set; }

    /// <summary>Hands the settings over.</summary>
    public void CopyTo(AlertThresholds thresholds, AlertTargets targets)
    {
        (thresholds.ErrorPercent, thresholds.Latency, thresholds.RateLimits, thresholds.Expirations) = (ErrorPercent, Latency, RateLimits, Expirations);
        (thresholds.HitPercent, thresholds.RefreshPercent, thresholds.StoragePercent, thresholds.StorageCriticalPercent) = (HitPercent, RefreshPercent, StoragePercent, StorageCriticalPercent);
        (thresholds.Deviation, thresholds.MinimumRequests) = (Deviation, MinimumRequests);
        (targets.Webhook, targets.WebhookSecret, targets.Command) = (Webhook, WebhookSecret, Command);
    }
}
