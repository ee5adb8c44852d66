using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Alerts;

/// <summary>The rules of rows ALR-01 to ALR-08 with their thresholds; each for media and for presigned URLs, where it is about both.</summary>
internal static class AlertRules
{
    private const int Five = 300, Fifteen = 900, Hour = 3600;
    private const int LatencyMinutes = 5;
    private const int LatencyMinimum = 5;

    /// <summary>All of them.</summary>
    /// <param name="limits">The thresholds.</param>
    /// <param name="origins">The origins that there are; null where that is not known.</param>
    public static IReadOnlyList<AlertRule> All(AlertThresholds limits, Func<IReadOnlySet<string>?> origins) =>
    [
        .. MeasureScopes.All.SelectMany(scope => Scoped(scope, limits)),
        Origins(limits),
        new AlertRule
        {
            Name = "kv-rate-limit",
            Severity = AlertSeverity.Critical,
            Measure = evidence => MeasureScopes.RateLimited(evidence.Last(Five)),
            Begins = value => value >= limits.RateLimits,
            Ends = value => value < limits.RateLimits,
            Message = value => FormattableString.Invariant($"The key-value store refused {value:N0} operations for too many requests within 5 minutes. URLs are signed directly meanwhile. Look at: sluice diagnose errors"),
        },
        new AlertRule
        {
            Name = "url-expirations",
            Severity = AlertSeverity.Critical,
            Measure = evidence => evidence.Last(Hour).Sum(MeasureNames.PresignExpirations),
            Begins = value => value >= limits.Expirations,
            Ends = value => value < limits.Expirations,
            Message = value => FormattableString.Invariant($"{value:N0} expired URLs were found in the store within an hour (none was handed out). Refreshes come too late: look at presign.refreshThreshold, and at sluice diagnose cache"),
        },
        Storage("kv-storage", AlertSeverity.Warning, limits.StoragePercent),
        Storage("kv-storage-critical", AlertSeverity.Critical, limits.StorageCriticalPercent),
        OriginDown.Rule(origins),
        .. ConditionRules.All,
    ];

    private static IEnumerable<AlertRule> Scoped(MeasureScope scope, AlertThresholds limits)
    {
        var (name, what) = scope.Name == "media" ? ("media", "Requests") : ("urls", "Signing URLs");
        yield return new AlertRule
        {
            Name = $"error-rate-{name}",
            Severity = AlertSeverity.Critical,
            Measure = evidence => Enough(scope.Requests(evidence.Last(Five)), limits) ? scope.ErrorRate(evidence.Last(Five)) : null,
            Begins = value => value > limits.ErrorPercent,
            Ends = value => value <= limits.ErrorPercent * 0.8,
            Message = value => FormattableString.Invariant($"{what}: {value:0.00}% failed within 5 minutes (more than {limits.ErrorPercent:0.##}%). Look at: sluice diagnose errors"),
        };
        yield return new AlertRule
        {
            Name = $"latency-{name}",
            Severity = AlertSeverity.Critical,
            Measure = evidence => LowestP95(evidence, scope),
            Begins = value => value > limits.Latency.TotalSeconds,
            Ends = value => value <= limits.Latency.TotalSeconds,
            Message = value => FormattableString.Invariant($"{what}: the 95th percentile of latency was above {limits.Latency.TotalMilliseconds:0} ms in each of the last {LatencyMinutes} minutes (at least {value * 1000:0} ms). Look at: sluice diagnose latency"),
        };
        yield return new AlertRule
        {
            Name = $"hit-rate-{name}",
            Severity = AlertSeverity.Warning,
            Measure = evidence => Enough(scope.Lookups(evidence.Last(Fifteen)), limits) ? scope.HitRate(evidence.Last(Fifteen)) : null,
            Begins = value => value < limits.HitPercent,
            Ends = value => value >= Math.Min(limits.HitPercent + 2, 100),
            For = TimeSpan.FromMinutes(5),
            Message = value => FormattableString.Invariant($"{(name == "media" ? "Media" : "Presigned URLs")}: the hit rate was {value:0.0}% over 15 minutes (less than {limits.HitPercent:0.##}%). Look at: sluice diagnose cache"),
        };
        yield return new AlertRule
        {
            Name = $"refresh-rate-{name}",
            Severity = AlertSeverity.Warning,
            Measure = evidence => Enough(scope.Lookups(evidence.Last(Fifteen)), limits) ? scope.RefreshRate(evidence.Last(Fifteen)) : null,
            Begins = value => value > limits.RefreshPercent,
            Ends = value => value <= limits.RefreshPercent * 0.85,
            Message = value => FormattableString.Invariant($"{(name == "media" ? "Media" : "Presigned URLs")}: {value:0.0}% of hits caused a refresh over 15 minutes (more than {limits.RefreshPercent:0.##}%). Lifetimes may be too short: look at sluice diagnose cache"),
        };
    }

    /// <summary>D12: above the limit in every one of the last minutes is the same as the lowest of them being above it. Either time counts: of the inner step, or from end to end.</summary>
    private static double? LowestP95(AlertEvidence evidence, MeasureScope scope)
    {
        var minutes = evidence.Minutes(LatencyMinutes);
        double? worst = null;
        foreach (var of in (Func<Window, Histogram>[])[scope.Inner, scope.Whole])
        {
            var lowest = Enumerable.Range(0, LatencyMinutes).Select(i => minutes[i] is { } minute && of(minute) is { Count: >= LatencyMinimum } times ? times.Percentile(0.95) : null).ToList();
            // A minute without measurements is no evidence of a high latency, and ends a row of such minutes.
            if (lowest.TrueForAll(value => value is not null)) worst = Math.Max(worst ?? 0, lowest.Min()!.Value);
            else worst ??= 0;
        }

        return worst;
    }

    private static AlertRule Origins(AlertThresholds limits) => new()
    {
        Name = "origin-errors",
        Severity = AlertSeverity.Warning,
        Measure = evidence => evidence.Last(Five) is var window && window.Sum(MeasureNames.OriginRequests) >= limits.MinimumRequests ? MeasureScopes.Media.BackingErrorRate(window) : null,
        Begins = value => value > 5,
        Ends = value => value <= 2,
        Message = value => FormattableString.Invariant($"{value:0.0}% of requests to origins failed within 5 minutes. Viewers may still be served from the cache. Look at: sluice diagnose errors"),
    };

    private static AlertRule Storage(string name, AlertSeverity severity, double limit) => new()
    {
        Name = name,
        Severity = severity,
        Measure = evidence => evidence.Last(60) is var window && window.Largest(MeasureNames.StoreLimit) is > 0 and var bound ? 100 * window.Largest(MeasureNames.StoreSize) / bound : null,
        Unjudged = "Its size and its bound were not measured",
        Begins = value => value >= limit,
        Ends = value => value < limit - 2,
        Message = value => FormattableString.Invariant($"The key-value store is {value:0.0}% full (from {limit:0.##}% on). Its oldest entries are dropped at its bound; the more it holds, the fewer URLs are signed anew."),
    };

    private static bool Enough(double requests, AlertThresholds limits) => requests >= limits.MinimumRequests;
}
