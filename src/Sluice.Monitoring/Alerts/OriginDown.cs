using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Alerts;

/// <summary>The rule about origins that answer nothing, whether or not a circuit breaker watches them.</summary>
internal static class OriginDown
{
    private const int Minute = 60;

    /// <summary>Minutes looked back over: more than the rule's patience, so that an origin nobody asks any more is unknown, and not well, until the alert ends for that.</summary>
    private const int Past = 20;

    public static AlertRule Rule() => new()
    {
        Name = "origin-down",
        Severity = AlertSeverity.Critical,
        Measure = Count,
        Begins = value => value > 0,
        Ends = value => value == 0,
        For = TimeSpan.FromSeconds(30),
        Message = value => FormattableString.Invariant($"{value:0} origin(s) answer nothing or nothing but errors, or are left alone by their circuit breaker. Which: sluice diagnose errors"),
    };

    /// <summary>Origins that are down; null where none is known to be, and one that failed has not been asked again or none was asked at all.</summary>
    private static double? Count(AlertEvidence evidence)
    {
        var window = evidence.Last(Minute);
        var now = OriginCount.Of(window);
        var down = now.Where(one => one.Value.IsFailing).Select(one => one.Key).ToHashSet();
        down.UnionWith(window.By(MeasureNames.Circuit, "origin").Where(one => one.Sum >= 2).Select(one => one.Label));
        if (down.Count > 0) return down.Count;
        return IsAnyLeftUnknown(evidence, now) || (window.Last(MeasureNames.Circuit) is null && !now.Values.Any(one => one.HasAnswered)) ? null : 0;
    }

    /// <summary>True when some origin answered nothing since it last was failing.</summary>
    private static bool IsAnyLeftUnknown(AlertEvidence evidence, Dictionary<string, OriginCount> now)
    {
        var answered = now.Where(one => one.Value.HasAnswered).Select(one => one.Key).ToHashSet();
        var failed = new Dictionary<string, double>();
        foreach (var minute in evidence.Minutes(Past))
        {
            if (minute is null) continue;
            foreach (var (name, count) in OriginCount.Of(minute))
            {
                if (count.HasAnswered) answered.Add(name);
                else if (!answered.Contains(name) && (failed[name] = failed.GetValueOrDefault(name) + count.Failed) >= OriginCount.Few) return true;
            }
        }

        return false;
    }
}
