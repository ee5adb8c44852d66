using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Sluice.Core.Background;

namespace Sluice.Core.Telemetry;

/// <summary>Collects records and hands them to a sink in batches (rows MTR-30 to MTR-32): at 50 records, every ten seconds, and when disposed. Adding never waits; a sink that cannot keep up, or fails, loses batches, which are counted.</summary>
/// <remarks>A record for each request costs an allocation, which is why counters and histograms are what is always on.</remarks>
public sealed class MetricRecords : IAsyncDisposable, IDisposable
{
    /// <summary>Records that make a batch.</summary>
    public const int BatchSize = 50;

    private const int MostWaiting = 1000;
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(5);
    private static readonly EventId Failed = new(2302, "metric_records_failed");

    private readonly IMetricSink sink;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly LogLimit limit;
    private readonly ITimer timer;
    private readonly Meter meter = new("Sluice.Records");
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private List<MetricRecord> buffer = new(BatchSize);
    private Task sending = Task.CompletedTask;
    private int waiting;
    private long sent;
    private long lost;
    private bool disposed;

    /// <summary>Begins collecting.</summary>
    /// <param name="sink">Where records go; null for the log. Not disposed.</param>
    /// <param name="time">Clock.</param>
    /// <param name="log">The log that is the default sink, and is told (at most once a minute) when a sink fails.</param>
    public MetricRecords(IMetricSink? sink, TimeProvider time, ILogger log)
    {
        (this.sink, this.time, this.log) = (sink ?? new LogMetricSink(log), time, log);
        limit = new(time);
        timer = Detached.Every(FlushEvery, Flush, time);
        meter.CreateObservableCounter("sluice.records.sent", () => Volatile.Read(ref sent), "{record}", "Records that the sink took.");
        meter.CreateObservableCounter("sluice.records.lost", () => Volatile.Read(ref lost), "{record}", "Records lost because the sink failed or could not keep up.");
    }

    /// <summary>Records that the sink took.</summary>
    public long Sent => Volatile.Read(ref sent);

    /// <summary>Records lost.</summary>
    public long Lost => Volatile.Read(ref lost);

    /// <summary>Adds a record of now.</summary>
    public void Add(string name, double value, IReadOnlyDictionary<string, string> tags)
    {
        var record = new MetricRecord(name, value, tags, time.GetUtcNow());
        lock (gate)
        {
            if (disposed) return;
            buffer.Add(record);
            if (buffer.Count >= BatchSize) SwapAndSend();
        }
    }

    /// <summary>Sends what is there and waits until the sink has taken it, and whatever came before. Nothing there: nothing happens.</summary>
    public Task FlushAsync()
    {
        lock (gate)
        {
            SwapAndSend();
            return sending;
        }
    }

    /// <summary>Sends what is left, giving the sink five seconds (row MTR-31).</summary>
    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
            SwapAndSend();
            last = sending;
        }
        await timer.DisposeAsync();
        using (var patience = new CancellationTokenSource(LastPatience, time))
        using (patience.Token.Register(stop.Cancel))
            await last;
        meter.Dispose();
        stop.Dispose();
    }

    // Elsewhere: what it waits for could have to come back to this thread, as with that of a window.
    /// <inheritdoc/>
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    private void Flush()
    {
        lock (gate)
            if (!disposed) SwapAndSend();
    }

    // The buffer changes hands before anything is sent: what is added meanwhile goes into the next one.
    private void SwapAndSend()
    {
        if (buffer.Count == 0) return;
        var batch = buffer;
        buffer = new(BatchSize);
        if (waiting >= MostWaiting)
        {
            Interlocked.Add(ref lost, batch.Count);
            return;
        }
        waiting++;
        var before = sending;
        sending = Task.Run(() => SendAsync(before, batch));
    }

    private async Task SendAsync(Task before, List<MetricRecord> batch)
    {
        await before;
        try
        {
            await sink.SendAsync(batch, stop.Token);
            Interlocked.Add(ref sent, batch.Count);
        }
        // Any exception: a sink is the application's own code, and what it throws must not stop the batches after it.
        catch (Exception failure)
        {
            Interlocked.Add(ref lost, batch.Count);
            if (limit.Allows()) log.LogWarning(Failed, "{Count} records were lost because {Sink} did not take them ({Type}: {Reason}). Check that it runs and can be reached.", batch.Count, sink.Name, failure.GetType().Name, failure.Message.ReplaceLineEndings(" "));
        }
        finally
        {
            lock (gate) waiting--;
        }
    }
}
