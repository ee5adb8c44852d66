using Sluice.Monitoring.History;
using Sluice.Monitoring.Reports;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring.Checks;

/// <summary>Makes the routine checks, and picks the diagnosis asked for.</summary>
internal sealed class CheckBuilder(MonitoringOptions options, MonitorSources sources, HistoryStore store, ReportBuilder reports)
{
    private const int Hour = 3600, Day = 24 * Hour;

    public async Task<CheckResult?> BuildAsync(string name, DateTimeOffset now, TimeSpan uptime, CancellationToken cancellation)
    {
        var context = new CheckContext(options, store, now, uptime);
        var questions = name switch
        {
            "morning" => Morning(context),
            "now" => Now(context),
            "evening" => Evening(context),
            "errors" => Diagnoses.Errors(context, await sources.Credentials(cancellation), sources.HasUrls()),
            "cache" => Diagnoses.Cache(context),
            "latency" => Diagnoses.Latency(context),
            _ => null,
        };
        if (questions is null) return null;
        var list = questions.ToList();
        if (store.Records.Unwritable is { } reason)
            list.Insert(0, new("History", [new("not written", $"what happened since is not in the answers below, but on the dashboard and in sluice stats. {reason}", "bad")]));
        var tones = list.SelectMany(question => question.Facts).Select(fact => fact.Tone).ToHashSet();
        return new CheckResult($"{name}, {options.Node}, {now.UtcDateTime:yyyy-MM-dd HH:mm} UTC", tones.Contains("bad") ? "bad" : tones.Contains("warning") ? "warning" : "good", list);
    }

    /// <summary>OPS-01.</summary>
    private static IEnumerable<CheckQuestion> Morning(CheckContext context)
    {
        var night = context.Last(12 * Hour);
        yield return new("Overnight issues (last 12 hours)", [.. context.Alerts(12 * Hour), .. context.Marks(12 * Hour)]);
        yield return new("Error and latency trends, against the 12 hours before", [.. context.Rates(night, context.Before(12 * Hour))]);
        yield return new("KV storage and tiers", [.. context.Storage()]);
        yield return new("Alerts triggered since yesterday", [.. context.Alerts(Day)]);
    }

    /// <summary>OPS-02.</summary>
    private static IEnumerable<CheckQuestion> Now(CheckContext context)
    {
        yield return new("Right now (last 5 minutes)", [.. context.Rates(context.Last(300), null)]);
        yield return new("Alerts that are on, or were within 4 hours", [.. context.Alerts(4 * Hour)]);
        yield return new("Hit rates of the last 4 hours", [.. context.HitRates(4 * Hour).DefaultIfEmpty(new Fact("hit rates", "nothing was asked for"))]);
        yield return new("Storage", [.. context.Storage()]);
    }

    /// <summary>OPS-03.</summary>
    private IEnumerable<CheckQuestion> Evening(CheckContext context)
    {
        var report = reports.Build(Period.Find("day")!, context.Now);
        yield return new("The day", [new("summary", report.Summary), .. context.Rates(context.Last(Day), context.Before(Day))]);
        yield return new("Degradation against yesterday", report.Regressions.Count == 0 ? [new("none", "nothing got worse", "good")] : [.. report.Regressions.Select(text => new Fact("worse", text, "warning"))]);
        yield return new("What could be done", report.Advice.Count == 0 ? [new("none", "nothing stands out", "good")] : [.. report.Advice.Select(text => new Fact("advice", text))]);
        yield return new("Unusual patterns", [.. context.Marks(Day)]);
    }
}
