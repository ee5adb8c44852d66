using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using Sluice.Monitoring.Summary;
using static Sluice.Monitoring.Measures.MeasureText;

namespace Sluice.Monitoring.Reports;

/// <summary>Makes reports from the history.</summary>
internal sealed class ReportBuilder(MonitoringOptions options, MonitorSources sources, HistoryStore store, SummaryBuilder summaries)
{
    private static readonly Dictionary<string, string> Titles = new() { ["day"] = "Daily performance report", ["week"] = "Weekly usage statistics", ["month"] = "Monthly trend analysis" };

    /// <summary>The report of the period that ends at <paramref name="end"/>.</summary>
    public Report Build(Period period, DateTimeOffset end)
    {
        // The minute that has begun counts; a period that is over ends on the minute anyway.
        var to = HistoryLevel.Minute.Floor(end.ToUnixTimeSeconds() + HistoryLevel.Minute.Seconds - 1);
        var from = to - period.Seconds;
        var level = period.Level;
        var (now, before) = (store.Read(level, from, to, MeasureScopes.Wanted), store.Read(level, from - period.Seconds, from, MeasureScopes.Wanted));
        var bins = Steps(store.Read(level, from, to, period.Step, MeasureScopes.Wanted), from, to, period.Step);
        var alerts = store.Records.Alerts(from).Where(alert => alert.Started < to).Select(AlertItems.Of).ToList();
        var regressions = Regressions.Find(now, before, options.Thresholds.MinimumRequests).ToList();
        var advice = ReportAdvice.Find(now, options).ToList();
        var saved = summaries.Saved(now);
        return new Report
        {
            Title = FormattableString.Invariant($"{Titles[period.Name]} of {options.Node}, {DateTimeOffset.FromUnixTimeSeconds(from):yyyy-MM-dd HH:mm} to {DateTimeOffset.FromUnixTimeSeconds(to):yyyy-MM-dd HH:mm} UTC"),
            Node = options.Node,
            Period = period.Name,
            From = DateTimeOffset.FromUnixTimeSeconds(from),
            To = DateTimeOffset.FromUnixTimeSeconds(to),
            Summary = Sentence(now, saved, alerts.Count, regressions.Count),
            Lines = [.. Lines(now, before, period.Seconds / 60.0)],
            Alerts = alerts,
            Hottest = sources.Hottest(),
            Regressions = regressions,
            Advice = advice,
            HitRate = [.. bins.Select(bin => bin is not null && MeasureScopes.Media.HitRate(bin) is { } rate ? Math.Round(rate, 2) : (double?)null)],
            Requests = [.. bins.Select(bin => bin is null ? (double?)null : MeasureScopes.Media.Requests(bin))],
        };
    }

    /// <summary>One for each step of the time, null where the server was not there: a chart of those there are would close its gaps.</summary>
    private static Window?[] Steps(IEnumerable<HistoryBin> bins, long from, long to, int step)
    {
        var all = new Window?[(to - from) / step];
        foreach (var bin in bins) all[(bin.At - from) / step] = bin.Window;
        return all;
    }

    private static string Sentence(Window now, Savings saved, int alerts, int regressions)
    {
        var media = MeasureScopes.Media;
        return media.Requests(now) + MeasureScopes.Urls.Requests(now) == 0
            ? "Nothing was asked for."
            : FormattableString.Invariant($"{Count(media.Requests(now))} requests, hit rate {Percent(media.HitRate(now), 1)}, errors {Percent(media.ErrorRate(now), 2)}, P95 {Milliseconds(media.Whole(now).Percentile(0.95))}; saved {saved.BytesText} ({saved.MoneyText}). {alerts} alert(s), {regressions} regression(s).");
    }

    private IEnumerable<ReportLine> Lines(Window now, Window before, double minutes)
    {
        foreach (var scope in MeasureScopes.All)
        {
            var group = scope.Name == "media" ? "Media" : "Presigned URLs";
            if (scope.Name == "urls" && !sources.HasUrls() && scope.Requests(now) == 0) continue;
            yield return Line(group, "requests", window => scope.Requests(window), value => Count(value));
            yield return Line(group, "hit rate", scope.HitRate, value => Percent(value, 1), "> 90%", value => value > 90);
            yield return Line(group, "refresh rate", scope.RefreshRate, value => Percent(value, 1), "< 10%", value => value < 10);
            yield return Line(group, "errors", scope.ErrorRate, value => Percent(value, 2), "< 0.1%", value => value < 0.1);
            yield return Line(group, scope.Name == "media" ? "origin errors" : "KV errors", scope.BackingErrorRate, value => Percent(value, 2), scope.Name == "urls" ? "< 0.1%" : "", value => value < 0.1);
            yield return Line(group, "latency, average", window => scope.Whole(window).Average, Milliseconds, "< 150ms", value => value < 0.150);
            yield return Line(group, "latency, P95", window => scope.Whole(window).Percentile(0.95), Milliseconds, "< 300ms", value => value < 0.300);
            yield return Line(group, "latency, P99", window => scope.Whole(window).Percentile(0.99), Milliseconds, "< 800ms", value => value < 0.800);
            if (scope.Name == "media") continue;
            yield return Line(group, "URL generation, average", window => scope.Inner(window).Average, Milliseconds, "< 100ms", value => value < 0.100);
            yield return Line(group, "URL generation, P95", window => scope.Inner(window).Percentile(0.95), Milliseconds, "< 200ms", value => value < 0.200);
            yield return Line(group, "URL generation, P99", window => scope.Inner(window).Percentile(0.99), Milliseconds, "< 500ms", value => value < 0.500);
            yield return Line(group, "fallbacks", window => MeasureScopes.Percent(window.Sum(MeasureNames.PresignFallbacks), scope.Requests(window)), value => Percent(value, 2), "< 1%", value => value < 1);
            yield return Line(group, "expired URLs found, an hour", window => window.Sum(MeasureNames.PresignExpirations) / minutes * 60, Rate, "< 1", value => value < 1);
            yield return Line(group, "signatures, a minute", window => window.Sum(MeasureNames.PresignSignatures) / minutes, Rate, "< 100", value => value < 100);
            yield return Line(group, "KV rate limits", window => MeasureScopes.RateLimited(window), value => Count(value), "0", value => value == 0);
        }

        yield return Line("Store", "KV storage", window => window.Largest(MeasureNames.StoreSize), Bytes);
        yield return Line("Store", "KV storage of its bound", window => window.Largest(MeasureNames.StoreLimit) is > 0 and var limit ? MeasureScopes.Percent(window.Largest(MeasureNames.StoreSize) ?? 0, limit) : null, value => Percent(value, 1), "< 80%", value => value < 80);
        yield return Line("Store", "memory", window => window.Last(MeasureNames.MemorySize), Bytes);
        yield return Line("Store", "disk", window => window.Last(MeasureNames.DiskSize), Bytes);
        yield return Line("Savings", "bytes origins did not send", window => MeasureScopes.SavedBytes(window), Bytes);
        yield return Line("Savings", "requests they did not answer", window => MeasureScopes.SavedRequests(window), value => Count(value));
        yield return Line("Savings", "money", window => summaries.Saved(window).Money, value => value is { } money ? MeasureText.Money(money, options.Prices.Currency) : None);

        static string Rate(double? value) => value is { } number ? number.ToString(number is 0 or >= 99.5 ? "N0" : "0.0#", System.Globalization.CultureInfo.InvariantCulture) : None;

        ReportLine Line(string group, string label, Func<Window, double?> measure, Func<double?, string> format, string target = "", Func<double, bool>? meets = null)
        {
            var value = now.IsEmpty ? null : measure(now);
            return new(group, label, format(value), before.IsEmpty ? "" : format(measure(before)), target, value is { } number && target.Length > 0 && meets is not null ? meets(number) ? "good" : "bad" : "");
        }
    }
}
