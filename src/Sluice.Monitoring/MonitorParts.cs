using Microsoft.Extensions.Logging;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Prometheus;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring;

/// <summary>What a monitor is put together from, once the history is open.</summary>
internal sealed partial class MonitorParts : IAsyncDisposable
{
    private readonly MonitoringOptions options;

    private MonitorParts(Monitor monitor, HistoryStore store, PrometheusScraper scraper, TimeProvider time)
    {
        options = monitor.Options;
        Store = store;
        Sampler = new Sampler(scraper, store, time);
        Reader = new HistoryReader(store, Sampler);
        Summaries = new SummaryBuilder(options, monitor.Sources, Reader, store);
        Trends = new TrendBuilder(store, Reader);
    }

    public HistoryStore Store { get; }

    public Sampler Sampler { get; }

    public HistoryReader Reader { get; }

    public SummaryBuilder Summaries { get; }

    public TrendBuilder Trends { get; }

    /// <summary>Opens the history; where its file cannot be used, one in memory, since a cache without charts is still a cache.</summary>
    public static MonitorParts Open(Monitor monitor, PrometheusScraper scraper, TimeProvider time, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Sluice.Monitoring");
        try
        {
            return new MonitorParts(monitor, new HistoryStore(HistoryFile.Open(monitor.Options.HistoryFile, logger), monitor.Options.HistoryBytes), scraper, time);
        }
        catch (IOException failure)
        {
            LogInMemory(logger, failure.Message);
            return new MonitorParts(monitor, new HistoryStore(HistoryFile.Open(null, logger), monitor.Options.HistoryBytes), scraper, time);
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
        if (!await Sampler.SampleAsync(cancellation)) return;
        Reader.Renew();
        _ = now;
    }

    public ValueTask DisposeAsync()
    {
        Store.Dispose();
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(4203, LogLevel.Warning, "{Reason} Until then the history is kept in memory and ends with the process.")]
    private static partial void LogInMemory(ILogger logger, string reason);
}
