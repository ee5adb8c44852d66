using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Alerts;

/// <summary>The rule about origins that answer nothing, whether or not a circuit breaker watches them.</summary>
internal static class OriginDown
{
    private const int Minute = 60;

    /// <summary>Minutes looked back over: more than the rule's patience, so that an origin nobody asks any more is unknown, and not well, until the alert ends for that.</summary>
    private const int Past = 20;

    /// <summary>The rule.</summary>
    /// <param name="origins">The origins that there are; null where that is not known.</param>
    public static AlertRule Rule(Func<IReadOnlySet<string>?> origins) => new()
    {
        Name = "origin-down",
        Severity = AlertSeverity.Critical,
        Measure = evidence => Count(evidence, origins()),
        Begins = value => value > 0,
        Ends = value => value == 0,
        For = TimeSpan.FromSeconds(30),
        Message = value => FormattableString.Invariant($"{value:0} origin(s) answer nothing or nothing but errors, or are left alone by their circuit breaker. Which: sluice diagnose errors"),
    };

    /// <summary>Origins that are down; null where none is known to be, and one that failed has not been asked again or none was asked at all.</summary>
    private static double? Count(AlertEvidence evidence, IReadOnlySet<string>? origins)
    {
        var window = evidence.Last(Minute);
        var now = OriginCount.Of(window);
        var down = now.Where(one => one.Value.IsFailing).Select(one => one.Key).ToHashSet();
        down.UnionWith(window.By(MeasureNames.Circuit, "origin").Where(one => one.Sum >= 2).Select(one => one.Label));
        if (down.Any(IsThere)) return down.Count(IsThere);
        var unknown = Unknown(evidence, now).Concat(down).ToList();
        return unknown.Exists(IsThere) || (unknown.Count == 0 && window.Last(MeasureNames.Circuit) is null && !now.Values.Any(one => one.HasAnswered)) ? null : 0;

        bool IsThere(string name) => origins?.Contains(name) != false;
    }

    /// <summary>Origins that have answered nothing since they last were failing.</summary>
    private static List<string> Unknown(AlertEvidence evidence, Dictionary<string, OriginCount> now)
    {
        var answered = now.Where(one => one.Value.HasAnswered).Select(one => one.Key).ToHashSet();
        var failed = new Dictionary<string, double>();
        foreach (var minute in evidence.Minutes(Past))
        {
            if (minute is null) continue;
            foreach (var (name, count) in OriginCount.Of(minute))
            {
                if (count.HasAnswered) answered.Add(name);
                else if (!answered.Contains(name)) failed[name] = failed.GetValueOrDefault(name) + count.Failed;
            }
        }

        return [.. failed.Where(one => one.Value >= OriginCount.Few).Select(one => one.Key)];
    }
}
