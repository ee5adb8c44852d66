using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;
using Sluice.Monitoring.Alerts;
using Sluice.Monitoring.Anomalies;
using Sluice.Monitoring.Checks;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Nodes;
using Sluice.Monitoring.Prometheus;
using Sluice.Monitoring.Reports;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring;

/// <summary>What a monitor is put together from, once the history is open.</summary>
internal sealed partial class MonitorParts : IAsyncDisposable
{
    private readonly MonitoringOptions options;
    private readonly AlertTeller teller;
    private readonly AlertEngine engine;
    private readonly ReportSchedule schedule;
    private readonly ILogger logger;
    private bool isTold;

    private MonitorParts(Monitor monitor, HistoryStore store, PrometheusScraper scraper, TimeProvider time, ILogger logger)
    {
        (options, this.logger) = (monitor.Options, logger);
        Store = store;
        Reader = new HistoryReader(store, new Sampler(scraper, store, time));
        Summaries = new SummaryBuilder(options, monitor.Sources, Reader, store);
        Trends = new TrendBuilder(store, Reader);
        Reports = new ReportBuilder(options, monitor.Sources, store, Summaries);
        Checks = new CheckBuilder(options, monitor.Sources, store, Reports);
        engine = new AlertEngine([.. AlertRules.All(options.Thresholds, () => monitor.Sources.Origins()), .. new AnomalyRules(store, options.Thresholds, time.LocalTimeZone).All()], store, Tell);
        // After it, since it ends alerts of rules that are no more: those are not told of.
        teller = AlertTeller.Create(options, store.Records, time, logger);
        Unwritten = new UnwrittenAlert(store.Records, time, Tell);
        schedule = new ReportSchedule(options.Reports, Reports, store.Records, teller);
        // Kept with the history, so that a node that starts anew is the same one: what it measured before is part of what it shows.
        if (store.Records.Noted("node") is not { } id) store.Records.Note("node", id = Guid.NewGuid().ToString("N")[..12]);
        var board = new NodeBoard(() => monitor.Sources.Board(), time);
        Views = new NodeViews(id, options, board, this, time);
        Publisher = new NodePublisher(id, board, new NodeFrames(id, options, monitor.Sources, this), time);
    }

    public HistoryStore Store { get; }

    public HistoryReader Reader { get; }

    public SummaryBuilder Summaries { get; }

    public TrendBuilder Trends { get; }

    public ReportBuilder Reports { get; }

    public CheckBuilder Checks { get; }

    public UnwrittenAlert Unwritten { get; }

    public NodeViews Views { get; }

    public NodePublisher Publisher { get; }

    /// <summary>Opens the history; where its file cannot be used, one in memory, since a cache without charts is still a cache.</summary>
    public static MonitorParts Open(Monitor monitor, PrometheusScraper scraper, TimeProvider time, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Sluice.Monitoring");
        var file = monitor.Options.HistoryFile;
        try
        {
            try
            {
                return Open(file);
            }
            catch (SqliteException damage) when (file is not null && damage.IsDamage())
            {
                HistoryFile.MarkDamaged(file);
                return Open(file);
            }
        }
        catch (Exception failure) when (failure is IOException or SqliteException or UnauthorizedAccessException)
        {
            LogInMemory(logger, failure is not IOException && file is not null ? HistoryFile.Unusable(file, failure).Message : failure.Message);
            return Open(null);
        }

        MonitorParts Open(string? path)
        {
            var store = new HistoryStore(HistoryFile.Open(path, logger), monitor.Options.HistoryBytes);
            try
            {
                return new MonitorParts(monitor, store, scraper, time, logger);
            }
            catch
            {
                store.Dispose();
                throw;
            }
        }
    }

    /// <summary>Marks this start on the charts, as that of a new version where it is one.</summary>
    public void MarkStart(DateTimeOffset now)
    {
        var before = Store.Records.Noted("version");
        var isNew = before is not null && before != options.Version;
        Store.Records.Mark(now.ToUnixTimeSeconds(), isNew ? "version" : "start", isNew ? $"Version {options.Version}, after {before}" : $"Started, version {options.Version}");
        Store.Records.Note("version", options.Version);
    }

    /// <summary>Writes a point and looks at what it says.</summary>
    public async Task StepAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        if (!await Reader.SampleAsync(cancellation)) return;
        Unwritten.Worked();
        if (!isTold && Store.Catalog.Refused > 0) LogLeftOut(logger, SeriesCatalog.Maximum);
        isTold = Store.Catalog.Refused > 0;
        engine.Evaluate(new AlertEvidence(Store, now));
        schedule.Check(now);
    }

    public async ValueTask DisposeAsync()
    {
        await teller.DisposeAsync();
        Store.Dispose();
    }

    private bool Tell(AlertNotice notice)
    {
        var (rule, resolved) = (notice.Alert.Rule, notice.Alert.Resolved);
        if (resolved is null && (rule.StartsWith("unusual-", StringComparison.Ordinal) || rule.Contains("outlier", StringComparison.Ordinal) || rule.Contains("anomaly", StringComparison.Ordinal)))
            Store.Records.Mark(notice.Alert.Started, "anomaly", notice.Alert.Message);
        return teller.Tell(notice);
    }

    [LoggerMessage(4205, LogLevel.Warning, "The history has {Maximum} series, as many as it may, and leaves further ones out: what they count is missing from charts, reports and alerts, but not from /metrics. Where they are of origins that are no more, stop the server and delete history.db")]
    private static partial void LogLeftOut(ILogger logger, int maximum);

    [LoggerMessage(4203, LogLevel.Warning, "{Reason} Until then the history is kept in memory and ends with the process.")]
    private static partial void LogInMemory(ILogger logger, string reason);
}
