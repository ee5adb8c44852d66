using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;
using Sluice.Monitoring.Summary;
using static Sluice.Monitoring.Measures.MeasureText;

namespace Sluice.Monitoring.Checks;

/// <summary>What checks and diagnoses are made from: the history up to now, in facts with their judgement.</summary>
internal sealed class CheckContext(MonitoringOptions options, HistoryStore store, DateTimeOffset now, TimeSpan uptime)
{
    private readonly long at = now.ToUnixTimeSeconds();

    public DateTimeOffset Now => now;

    public TimeSpan Uptime => uptime;

    /// <summary>For how long there is a history: a mean over a time nobody watched would be too low.</summary>
    public TimeSpan Watched => store.Records.Marks(0, at + 1).LastOrDefault(mark => mark.Kind == "start") is { } first && now - DateTimeOffset.FromUnixTimeSeconds(first.At) is var since && since > uptime ? since : uptime;

    public MonitoringOptions Options => options;

    public HistoryStore Store => store;

    /// <summary>The last so many seconds.</summary>
    public Window Last(int seconds) => Between(at - seconds, at + 1, seconds);

    /// <summary>As many seconds before those.</summary>
    public Window Before(int seconds) => Between(at - (2 * seconds), at - seconds, seconds);

    /// <summary>Alerts of a time.</summary>
    public IEnumerable<Fact> Alerts(int seconds)
    {
        var found = store.Records.Alerts(at - seconds).Select(AlertItems.Of).ToList();
        return found.Count == 0 ? [new("alerts", "none", "good")] : found.Select(alert => new Fact(
            alert.Rule, FormattableString.Invariant($"{alert.Severity} since {alert.Started.UtcDateTime:MM-dd HH:mm}{(alert.Resolved is { } end ? $", over at {end.UtcDateTime:MM-dd HH:mm}" : "")}: {alert.Message}"),
            alert.Resolved is not null ? "" : alert.Severity == "critical" ? "bad" : "warning"));
    }

    /// <summary>Starts, versions and anomalies of a time.</summary>
    public IEnumerable<Fact> Marks(int seconds)
    {
        var marks = store.Records.Marks(at - seconds, at + 1);
        return marks.Count == 0 ? [new("marks", "no start, no new version, no anomaly", "good")] : marks.Take(20).Select(mark => new Fact(
            mark.Kind, FormattableString.Invariant($"{DateTimeOffset.FromUnixTimeSeconds(mark.At).UtcDateTime:MM-dd HH:mm} {mark.Text}"), mark.Kind == "anomaly" ? "warning" : ""));
    }

    /// <summary>Errors, latency and hit rate, with those before.</summary>
    public IEnumerable<Fact> Rates(Window window, Window? before)
    {
        foreach (var scope in MeasureScopes.All)
        {
            if (scope.Requests(window) == 0) continue;
            var name = scope.Name == "media" ? "media" : "URLs";
            // Of a few requests a rate says nothing: the first miss of a quiet morning is not an outage.
            var isMany = scope.Requests(window) >= options.Thresholds.MinimumRequests;
            yield return new($"{name}: requests", Count(scope.Requests(window)) + (isMany ? "" : ", too few to judge by") + Was(before, then => scope.Requests(then), value => Count(value)));
            yield return new($"{name}: hit rate", Percent(scope.HitRate(window), 1) + Was(before, scope.HitRate, value => Percent(value, 1)), isMany && scope.HitRate(window) is { } hits ? hits < options.Thresholds.HitPercent ? "warning" : "good" : "");
            yield return new($"{name}: errors", Percent(scope.ErrorRate(window), 2) + Was(before, scope.ErrorRate, value => Percent(value, 2)), isMany && scope.ErrorRate(window) is { } errors ? errors > options.Thresholds.ErrorPercent ? "bad" : errors > 0.1 ? "warning" : "good" : "");
            var p95 = scope.Whole(window).Percentile(0.95);
            yield return new($"{name}: P95", Milliseconds(p95) + Was(before, then => scope.Whole(then).Percentile(0.95), Milliseconds), isMany && p95 is { } high ? high > options.Thresholds.Latency.TotalSeconds ? "bad" : "good" : "");
        }

        if (MeasureScopes.All.All(scope => scope.Requests(window) == 0)) yield return new("requests", "none");
    }

    /// <summary>Hit rate of each hour.</summary>
    public IEnumerable<Fact> HitRates(int seconds)
    {
        foreach (var bin in store.Read(HistoryLevel.Minute, HistoryLevel.Hour.Floor(at - seconds), at + 1, 3600, MeasureScopes.Wanted))
            yield return new(FormattableString.Invariant($"{DateTimeOffset.FromUnixTimeSeconds(bin.At).UtcDateTime:HH:mm}"), string.Join(", ", MeasureScopes.All.Where(scope => scope.Lookups(bin.Window) > 0).Select(scope => $"{scope.Name} {Percent(scope.HitRate(bin.Window), 1)} of {Count(scope.Lookups(bin.Window))}").DefaultIfEmpty("nothing asked")));
    }

    /// <summary>Use of store and tiers.</summary>
    public IEnumerable<Fact> Storage()
    {
        var window = Last(60);
        yield return Use("KV storage", window.Largest(MeasureNames.StoreSize), window.Largest(MeasureNames.StoreLimit), options.Thresholds.StoragePercent, options.Thresholds.StorageCriticalPercent);
        // Tiers are meant to be full; what matters is whether they find room.
        yield return Use("memory", window.Last(MeasureNames.MemorySize), window.Last(MeasureNames.MemoryLimit), 101, 101);
        yield return window.Last(MeasureNames.DiskAway) > 0
            ? new("disk", "not used: this server goes on from memory and the origins. The log says why; it is used again after a restart", "bad")
            : Use("disk", window.Last(MeasureNames.DiskSize), window.Last(MeasureNames.DiskLimit), 101, 101);
        var refused = Last(86_400).Sum(MeasureNames.DiskRefused);
        yield return new("chunks without room on disk, 24 h", Count(refused), refused > 0 ? "warning" : "good");
        if (window.Last(MeasureNames.RedisConnected) is { } connected)
            yield return connected > 0 ? new("redis", "connected", "good") : new("redis", "away: this server goes on alone, and hears of no purges of others. Look at: sluice doctor", "warning");
        yield return new("history", FormattableString.Invariant($"{Bytes(store.Size)} of {Bytes(options.HistoryBytes)}"));
    }

    private static Fact Use(string label, double? size, double? limit, double warning, double bad)
    {
        if (limit is not > 0) return new(label, "none");
        var percent = 100 * (size ?? 0) / limit.Value;
        return new(label, FormattableString.Invariant($"{Bytes(size)} of {Bytes(limit)} ({percent:0.0}%)"), percent >= bad ? "bad" : percent >= warning ? "warning" : "good");
    }

    private static string Was(Window? before, Func<Window, double?> measure, Func<double?, string> format) => before is null || before.IsEmpty ? "" : $" (before: {format(measure(before))})";

    private Window Between(long from, long to, int seconds)
    {
        var level = seconds <= 900 ? HistoryLevel.Fine : HistoryLevel.Minute;
        return store.Read(level, level.Floor(from), to, MeasureScopes.Wanted);
    }
}
