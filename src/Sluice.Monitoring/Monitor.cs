using Microsoft.Extensions.Logging;
using Sluice.Core.Sqlite;
using Sluice.Monitoring.Checks;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Nodes;
using Sluice.Monitoring.Prometheus;
using Sluice.Monitoring.Reports;
using Sluice.Monitoring.Summary;

namespace Sluice.Monitoring;

/// <summary>Keeps the history, watches it, and answers what the dashboard, commands and reports ask.</summary>
/// <remarks>What is asked before <see cref="IsReady"/> throws <see cref="InvalidOperationException"/>. Thread-safe.</remarks>
public sealed partial class Monitor : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(HistoryLevel.Fine.Seconds);

    private readonly PrometheusScraper scraper;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly long began;
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;
    private volatile MonitorParts? parts;
    private int disposed;

    /// <summary>Monitors the process's meters. Nothing happens before <see cref="Start"/>.</summary>
    internal Monitor(MonitoringOptions options, MonitorSources sources, PrometheusScraper scraper, TimeProvider time, ILoggerFactory loggers)
    {
        (Options, Sources, this.scraper, this.time, this.loggers) = (options, sources, scraper, time, loggers);
        began = time.GetTimestamp();
    }

    /// <summary>What it was told to do.</summary>
    public MonitoringOptions Options { get; }

    internal MonitorSources Sources { get; }

    /// <summary>True once the history is open and questions have answers.</summary>
    public bool IsReady => parts is not null;

    internal MonitorParts Parts => parts ?? throw new InvalidOperationException("Ask IsReady first.");

    /// <summary>Opens the history and begins to sample, in the background, unless it was told not to. Once the server is up, so that a start that fails writes nothing.</summary>
    public void Start()
    {
        if (!Options.IsEnabled || stop.IsCancellationRequested) return;
        running = Task.Run(() => RunAsync(stop.Token), CancellationToken.None);
    }

    /// <summary>The summary of the day, week or month up to now; null for another word, or for a node that is none. Without a node: of this server.</summary>
    public async Task<MonitoringSummary?> SummaryAsync(string? period, string? node = null, CancellationToken cancellation = default) =>
        Period.Find(period) is { } known ? await Parts.Views.SummaryAsync(known, node, time.GetElapsedTime(began), cancellation) : null;

    /// <summary>The lines of the day, week or month up to now; null for another word, or for a node that is none.</summary>
    public async Task<TrendSeries?> TrendAsync(string? period, string? scope, string? node = null, CancellationToken cancellation = default) =>
        Period.Find(period) is { } known && scope is null or "media" or "urls" ? await Parts.Views.TrendAsync(known, scope ?? "media", node, cancellation) : null;

    /// <summary>Stored points of an instrument between two times, the oldest first; 10,000 at most.</summary>
    public IReadOnlyList<MetricRecord> Series(string name, DateTimeOffset? from, DateTimeOffset? to)
    {
        var now = time.GetUtcNow();
        return RecordReader.Read(Parts.Store, name, (from ?? now.AddHours(-1)).ToUnixTimeSeconds(), (to ?? now).ToUnixTimeSeconds() + 1, now.ToUnixTimeSeconds());
    }

    /// <summary>Alerts that are on, and those of the last seven days; newest first.</summary>
    public IReadOnlyList<AlertItem> Alerts() => [.. Parts.Store.Records.Alerts(time.GetUtcNow().AddDays(-7).ToUnixTimeSeconds()).Select(AlertItems.Of)];

    /// <summary>The report of the day, week or month up to now; null for another word.</summary>
    public Report? Report(string? period) => Period.Find(period) is { } known ? Parts.Reports.Build(known, time.GetUtcNow()) : null;

    /// <summary>The routine checks morning, now and evening, and the diagnoses errors, cache and latency; null for another word.</summary>
    public async Task<CheckResult?> CheckAsync(string name, CancellationToken cancellation = default)
    {
        // Whoever asks wants to know of the last seconds too, of which no point was written yet.
        await GuardAsync(() => Parts.Reader.SampleAsync(cancellation));
        return await Parts.Checks.BuildAsync(name, time.GetUtcNow(), time.GetElapsedTime(began), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        await stop.CancelAsync();
        await running;
        if (parts is { } opened) await opened.DisposeAsync();
        stop.Dispose();
    }

    // Elsewhere: what it waits for could have to come back to this thread, as with that of a window.
    /// <inheritdoc/>
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    private async Task RunAsync(CancellationToken cancellation)
    {
        var opened = MonitorParts.Open(this, scraper, time, loggers);
        parts = opened;
        var published = PublishAsync(opened, cancellation);
        try
        {
            await GuardAsync(() =>
            {
                opened.MarkStart(time.GetUtcNow());
                return Task.CompletedTask;
            });
            while (!cancellation.IsCancellationRequested)
            {
                // On the clock's tens, so that points of all levels begin where their names say.
                var late = TimeSpan.FromTicks(time.GetUtcNow().Ticks % Every.Ticks);
                await Task.Delay(Every - late, time, cancellation);
                await StepAsync(opened, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The last seconds before a stop are part of the history too.
            await StepAsync(opened, CancellationToken.None);
        }

        await published;
    }

    private async Task PublishAsync(MonitorParts opened, CancellationToken cancellation)
    {
        using var beat = new PeriodicTimer(NodeBoard.Beat, time);
        try
        {
            do await GuardAsync(() => opened.Publisher.StepAsync(time.GetElapsedTime(began), cancellation));
            while (await beat.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await GuardAsync(opened.Publisher.LeaveAsync);
        }
    }

    private Task StepAsync(MonitorParts opened, CancellationToken cancellation) => GuardAsync(() => opened.StepAsync(time.GetUtcNow(), cancellation));

    private async Task GuardAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception failure) when (failure is IOException or Microsoft.Data.Sqlite.SqliteException)
        {
            if (failure is Microsoft.Data.Sqlite.SqliteException damage && damage.IsDamage() && Options.HistoryFile is { } file) HistoryFile.MarkDamaged(file);
            var advice = HistoryFile.Advice(failure);
            if (Parts.Unwritten.Failed(failure.Message, advice)) LogFailed(loggers.CreateLogger("Sluice.Monitoring"), failure.Message, advice);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // One bad step must not end the watch over all that follow.
            LogDefect(loggers.CreateLogger("Sluice.Monitoring"), failure);
        }
    }

    [LoggerMessage(4204, LogLevel.Error, "Monitoring failed for once; this is a defect, please report it with this line.")]
    private static partial void LogDefect(ILogger logger, Exception failure);

    [LoggerMessage(4202, LogLevel.Warning, "The history could not be written ({Reason}); charts have a gap, and no alert is judged until it can. {Advice}")]
    private static partial void LogFailed(ILogger logger, string reason, string advice);
}
