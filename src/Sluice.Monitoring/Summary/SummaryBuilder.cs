using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using static Sluice.Monitoring.Measures.MeasureNames;

namespace Sluice.Monitoring.Summary;

/// <summary>Makes the summary of a period from the history and from what happened since its last point.</summary>
internal sealed class SummaryBuilder(MonitoringOptions options, MonitorSources sources, HistoryReader reader, HistoryStore store)
{
    private static readonly string[] Outcomes = ["hit", "miss", "stale", "revalidated", "coalesced", "bypass", "refused"];
    private static readonly string[] Tiers = ["memory", "disk", "origin"];

    /// <summary>The summary of this server.</summary>
    public async Task<MonitoringSummary> BuildAsync(Period period, DateTimeOffset now, TimeSpan uptime, CancellationToken cancellation) =>
        Make(period, now, await ThisAsync(period, now, uptime, cancellation));

    /// <summary>What this server did.</summary>
    public Task<SummaryInput> ThisAsync(Period period, DateTimeOffset now, TimeSpan uptime, CancellationToken cancellation) =>
        reader.ReadAsync(live => This(period, now, uptime, live), cancellation);

    private SummaryInput This(Period period, DateTimeOffset now, TimeSpan uptime, Window live)
    {
        var at = now.ToUnixTimeSeconds();
        return new SummaryInput
        {
            Whole = reader.Period(period, at).With(live),
            Before = reader.Before(period, at),
            Minute = reader.LastMinute(at).With(live),
            MinuteSeconds = reader.LastMinuteSeconds(now, uptime),
            Node = options.Node,
            Version = options.Version,
            Uptime = Math.Round(uptime.TotalSeconds),
            HasUrls = sources.HasUrls(),
            Hottest = sources.Hottest(),
            Alerts = [.. store.Records.Alerts(at - period.Seconds).Select(AlertItems.Of)],
            Purges = sources.Purges(),
        };
    }

    /// <summary>Makes the summary of what was done.</summary>
    public MonitoringSummary Make(Period period, DateTimeOffset now, SummaryInput of)
    {
        var panels = new PanelBuilder(options.Thresholds, of.Whole, of.Before, of.Minute, of.MinuteSeconds);
        return new MonitoringSummary
        {
            At = now,
            Period = period.Name,
            Node = of.Node,
            Version = of.Version,
            UptimeSeconds = of.Uptime,
            Scopes = of.HasUrls ? [panels.Media(), panels.Urls()] : [panels.Media()],
            Now = Now(of.Minute, of.MinuteSeconds),
            Outcomes = Shares(of.Whole, Outcomes, Outcome, Requests, Sent),
            Tiers = Shares(of.Whole, Tiers, "tier", TierRequests, TierSent),
            Origins = [.. Origins(of.Whole, of.Minute)],
            Hottest = of.Hottest,
            Savings = Saved(of.Whole),
            WhatIf = WhatIfBuilder.Build(of.Whole, of.Minute, options.Prices),
            Alerts = of.Alerts,
            Purges = of.Purges,
        };
    }

    /// <summary>What the cache saved in a stretch of time.</summary>
    public Savings Saved(Window window)
    {
        var (bytes, requests, prices) = (MeasureScopes.SavedBytes(window), MeasureScopes.SavedRequests(window), options.Prices);
        var money = prices.Of(bytes, requests);
        return new(bytes, requests, money)
        {
            BytesText = MeasureText.Bytes(bytes),
            RequestsText = MeasureText.Count(requests),
            MoneyText = MeasureText.Money(money, prices.Currency),
            PricesText = FormattableString.Invariant($"at {prices.PerGigabyte:0.####} {prices.Currency} a GB and {prices.PerThousandRequests:0.######} a thousand requests"),
        };
    }

    /// <summary>How origins did.</summary>
    public static IEnumerable<OriginHealth> Origins(Window window, Window minute)
    {
        var states = minute.By(Circuit, "origin").ToDictionary(one => one.Label, one => one.Sum);
        var recent = OriginCount.Of(minute);
        // Those that are down first: of many origins the one that is looked for may be the least asked.
        foreach (var (name, (requests, failed, _)) in OriginCount.Of(window).OrderByDescending(one => states.GetValueOrDefault(one.Key) > 0 || IsFailing(one.Key)).ThenByDescending(one => one.Value.Requests).Take(16))
        {
            var (state, share) = (states.GetValueOrDefault(name), MeasureScopes.Percent(failed, requests));
            // A route with one origin has no circuit breaker unless it is asked for one.
            var isFailing = IsFailing(name);
            yield return new OriginHealth(
                name, MeasureText.Count(requests), MeasureText.Percent(share, 2), MeasureText.Milliseconds(window.Histogram(OriginFirstByte, "origin", name).Percentile(0.95)),
                MeasureText.Bytes(window.Sum(OriginReceived, "origin", name)), state switch { 0 => isFailing ? "failing" : recent.GetValueOrDefault(name).Requests > 0 ? "answering" : "not asked", 1 => "trying", _ => "left alone" })
            {
                Tone = state > 0 || isFailing || share > 5 ? "bad" : share > 1 ? "warning" : "good",
            };
        }

        bool IsFailing(string name) => recent.GetValueOrDefault(name).IsFailing;
    }

    private static List<Fact> Now(Window minute, double seconds)
    {
        var media = MeasureScopes.Media;
        var p95 = media.Whole(minute).Percentile(0.95);
        return
        [
            new("Requests", MeasureText.PerSecond(minute.Sum(Requests) / seconds)),
            new("Sent", MeasureText.Bytes(minute.Sum(Sent) / seconds) + "/s"),
            new("Hit rate", MeasureText.Percent(media.HitRate(minute), 1)),
            new("Errors", MeasureText.Percent(media.ErrorRate(minute), 2), media.ErrorRate(minute) > 1 ? "bad" : ""),
            new("P95", MeasureText.Milliseconds(p95)),
            new("Fetches", MeasureText.Count(minute.Last(Fills))),
            new("Memory in use", MeasureText.Bytes(minute.Last(Resident))),
        ];
    }

    private static List<Share> Shares(Window window, string[] names, string label, string requests, string bytes)
    {
        var all = names.Sum(name => window.Sum(requests, label, name));
        return [.. names.Select(name =>
        {
            var (count, sent) = (window.Sum(requests, label, name), window.Sum(bytes, label, name));
            return new Share(name, count, sent, MeasureText.Count(count), MeasureText.Bytes(sent), Math.Round(MeasureScopes.Percent(count, all) ?? 0, 2));
        })];
    }
}
