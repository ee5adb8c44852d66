using Sluice.Monitoring.Alerts;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Anomalies;

/// <summary>Rows ANO-01 to ANO-03 and ALR-08 as rules, so that they begin, end and are told like every other alert.</summary>
internal sealed class AnomalyRules(HistoryStore store, AlertThresholds limits, TimeZoneInfo? zone = null)
{
    private const int PastMinutes = 60;
    private const int Hour = 3600;

    private readonly IReadOnlyList<HourlyMeasure> measures = HourlyMeasure.All(limits.MinimumRequests);

    public IEnumerable<AlertRule> All()
    {
        foreach (var scope in MeasureScopes.All)
        {
            yield return Spike($"latency-outlier-{scope.Name}", SpikeDetector.LatencyDeviations, evidence => Latency(scope, evidence), value => FormattableString.Invariant($"{Title(scope)}: latency jumped, {value:0.0} deviations from the last hour's. Look at: sluice diagnose latency"));
            yield return Spike($"error-anomaly-{scope.Name}", SpikeDetector.ErrorDeviations, evidence => Errors(scope, evidence), value => FormattableString.Invariant($"{Title(scope)}: many more errors than in the hour before, {value:0.0} deviations. Look at: sluice diagnose errors"));
        }

        var baselines = new HourBaselines(store, measures, zone);
        for (var i = 0; i < measures.Count; i++) yield return Deviation(baselines, i);
    }

    private static AlertRule Spike(string name, double begins, Func<AlertEvidence, double?> measure, Func<double, string> message) => new()
    {
        Name = name,
        Severity = AlertSeverity.Warning,
        Measure = measure,
        Begins = value => value > begins,
        Ends = value => value < begins / 2,
        EndsAfter = TimeSpan.FromMinutes(3),
        Message = message,
    };

    private AlertRule Deviation(HourBaselines baselines, int index)
    {
        var measure = measures[index];
        var (usual, seen) = (0.0, 0.0);
        return new AlertRule
        {
            Name = $"unusual-{measure.Name}-{measure.Scope.Name}",
            Severity = AlertSeverity.Warning,
            Measure = evidence =>
            {
                var now = evidence.Now.ToUnixTimeSeconds();
                if (measure.Read(evidence.Last(Hour)) is not { } value || baselines.Score(index, value, now) is not { } score) return null;
                (usual, seen) = (score.Usual, value);
                // Too few requests then and now say nothing (D15).
                return measure.Name == "traffic" && Math.Max(value, score.Usual) < limits.MinimumRequests ? 0 : score.Deviations;
            },
            Begins = value => Math.Abs(value) > limits.Deviation,
            Ends = value => Math.Abs(value) < limits.Deviation * 2 / 3,
            For = TimeSpan.FromMinutes(5),
            EndsAfter = TimeSpan.FromMinutes(5),
            // No traffic can be what is unusual: it is a value, and only its baseline can be missing.
            Unjudged = measure.Name == "traffic" ? null : "Too little traffic to judge",
            Message = value => FormattableString.Invariant($"{Title(measure.Scope)}: {measure.Name.Replace('-', ' ')} is {measure.Format(seen)}, usual at this hour of the week is {measure.Format(usual)} ({value:+0.0;-0.0} deviations)."),
        };
    }

    private static double? Latency(MeasureScope scope, AlertEvidence evidence)
    {
        var minutes = Minutes(evidence);
        if (minutes[0] is not { } last || scope.Whole(last) is not { Count: >= 20 } times) return null;
        var past = minutes.Skip(1).OfType<Window>().Select(scope.Whole).Where(one => one.Count >= 20).Select(one => one.Percentile(0.95)!.Value).ToList();
        return SpikeDetector.Latency(past, times.Percentile(0.95)!.Value);
    }

    private static double? Errors(MeasureScope scope, AlertEvidence evidence)
    {
        var minutes = Minutes(evidence);
        var (now, past) = (minutes.Take(5).OfType<Window>().ToList(), minutes.Skip(5).OfType<Window>().ToList());
        return SpikeDetector.Errors(past.Sum(scope.Errors), past.Sum(scope.Requests), now.Sum(scope.Errors), now.Sum(scope.Requests));
    }

    private static IReadOnlyList<Window?> Minutes(AlertEvidence evidence) => evidence.Minutes(PastMinutes + 1);

    private static string Title(MeasureScope scope) => scope.Name == "media" ? "Media" : "Presigned URLs";
}
