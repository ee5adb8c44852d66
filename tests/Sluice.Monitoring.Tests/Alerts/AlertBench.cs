using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Monitoring.Alerts;
using Sluice.Monitoring.Anomalies;
using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Tests.Alerts;

/// <summary>All rules over a history in memory, and a clock that tests move in steps of ten seconds.</summary>
internal sealed class AlertBench : IDisposable
{
    public static readonly double[] Bounds = [0.05, 0.1, 0.2, 0.3, 0.5, 1];

    // A Tuesday, noon.
    public const long Begin = 1_790_078_400;

    private readonly HistoryStore store = new(HistoryFile.Open(null, NullLogger.Instance), 200_000_000);
    private AlertEngine engine;

    public AlertBench(AlertThresholds? thresholds = null)
    {
        Thresholds = thresholds ?? new AlertThresholds();
        engine = Make();
    }

    public AlertThresholds Thresholds { get; }

    public HistoryStore Store => store;

    public long Now { get; set; } = Begin;

    /// <summary>What was told, as "rule firing" and "rule resolved".</summary>
    public List<string> Told { get; } = [];

    public List<AlertNotice> Notices { get; } = [];

    /// <summary>What goes on, in ten seconds.</summary>
    public Dictionary<string, double> Counters { get; } = [];

    public Dictionary<string, double> Gauges { get; } = [];

    /// <summary>The origins that there are.</summary>
    public IReadOnlySet<string>? Origins { get; set; }

    public Dictionary<string, long[]> Times { get; } = [];

    public IEnumerable<string> On => store.Records.Alerts(long.MaxValue).Select(row => row.Rule).Order();

    /// <summary>Lets time pass, and looks after each sample.</summary>
    public AlertBench Run(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(10)) Step(10);
        return this;
    }

    /// <summary>Lets hours pass with one point each, without looking: the past that baselines are learnt from.</summary>
    public void Past(int hours, Action<long> set)
    {
        for (; hours > 0; hours--)
        {
            set(Now);
            Write();
            Now += 3600;
        }
    }

    /// <summary>Lets time pass without looking.</summary>
    public AlertBench Pass(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(10))
        {
            Write();
            Now += 10;
        }

        return this;
    }

    public void Restart() => engine = Make();

    public void Dispose() => store.Dispose();

    private AlertEngine Make() => new([.. AlertRules.All(Thresholds, () => Origins), .. new AnomalyRules(store, Thresholds).All()], store, notice =>
    {
        Told.Add($"{notice.Alert.Rule} {(notice.Alert.Resolved is null ? "firing" : "resolved")}");
        Notices.Add(notice);
        return true;
    });

    private void Step(int seconds)
    {
        Write();
        Now += seconds;
        engine.Evaluate(new AlertEvidence(store, DateTimeOffset.FromUnixTimeSeconds(Now)));
    }

    private void Write() => store.Append(Now, store.Resolve(catalog =>
    {
        var point = new Dictionary<int, SeriesValue>();
        foreach (var (name, value) in Counters) point[catalog.Get(name, SeriesKind.Counter, [])!.Id] = new SeriesValue { Value = value };
        foreach (var (name, value) in Gauges) point[catalog.Get(name, SeriesKind.Gauge, [])!.Id] = new SeriesValue { Value = value, Maximum = value };
        foreach (var (name, buckets) in Times) point[catalog.Get(name, SeriesKind.Histogram, Bounds)!.Id] = new SeriesValue { Value = 1, Buckets = [.. buckets] };
        return point;
    }));
}
