using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Sluice.Monitoring.Alerts;

/// <summary>
/// Brings messages to one sink, in order, each until it is taken: a sink that is away is tried for a day, and a message that it does not take while it takes the one after it
/// is given up after seven attempts. A sink that hangs holds back neither the watch nor other sinks; when more wait than may, the oldest are dropped and counted.
/// With an outbox, what was not taken is tried again after the next start.
/// </summary>
internal sealed partial class AlertDelivery : IAsyncDisposable
{
    private const int Waiting = 256;

    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Pauses between attempts; after them the last one again and again.</summary>
    public static readonly IReadOnlyList<TimeSpan> Pauses = [.. new[] { 1, 5, 15, 60, 300, 900 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>How long a message is tried at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The longest pause while further messages wait.</summary>
    public static readonly TimeSpan WhileOthersWait = TimeSpan.FromMinutes(1);

    private readonly Channel<AlertMessage> queue;
    private readonly CancellationTokenSource stop = new();
    private readonly IAlertSink sink;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly AlertOutbox? outbox;
    private readonly Task running;

    // Taken out of the queue, and not delivered yet.
    private AlertMessage? next;
    private long dropped;
    private int pauses;

    public AlertDelivery(IAlertSink sink, TimeProvider time, ILogger logger, AlertOutbox? outbox = null)
    {
        (this.sink, this.time, this.logger, this.outbox) = (sink, time, logger, outbox);
        queue = Channel.CreateBounded<AlertMessage>(new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Interlocked.Increment(ref dropped));
        foreach (var message in outbox?.Waiting(time.GetUtcNow()) ?? []) queue.Writer.TryWrite(message);
        running = Task.Run(RunAsync);
    }

    /// <summary>Messages given up since start, for want of room or after the last attempt.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>How often it has begun to wait for a next attempt.</summary>
    public int PausesBegun => Volatile.Read(ref pauses);

    public void Send(AlertMessage message)
    {
        outbox?.Add(message);
        queue.Writer.TryWrite(message);
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        // What is still waiting gets one attempt's time, no more: a stop is a stop.
        stop.CancelAfter(TimeSpan.FromSeconds(2));
        await running;
        stop.Dispose();
        (sink as IDisposable)?.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var message in queue.Reader.ReadAllAsync(stop.Token))
            {
                for (next = message; next is { } first;)
                {
                    next = null;
                    await DeliverAsync(first);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private async Task DeliverAsync(AlertMessage message)
    {
        var began = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            if (await TryAsync(message) is not { } reason) return;
            var isAlone = attempt >= Pauses.Count && await TakesNextAsync();
            // The sink may have come back just between the two.
            if (isAlone && await TryAsync(message) is null) return;
            if (isAlone || time.GetElapsedTime(began) >= Longest)
            {
                Interlocked.Increment(ref dropped);
                LogGivenUp(logger, message.Rule, sink.Name, reason, attempt + 1);
                return;
            }

            if (attempt == 0) LogFailed(logger, message.Rule, sink.Name, reason);
            if (attempt == Pauses.Count) LogAway(logger, message.Rule, sink.Name, reason, attempt + 1);
            Interlocked.Increment(ref pauses);
            if (await PauseAsync(attempt, message)) return;
        }
    }

    /// <summary>True when the sink takes the message that is next: it is not away then, but has something against the one before.</summary>
    private async Task<bool> TakesNextAsync()
    {
        if (Next() is not { } behind || await TryAsync(behind) is not null) return false;
        next = null;
        return true;
    }

    private AlertMessage? Next() => next is not null || queue.Reader.TryRead(out next) ? next : null;

    /// <summary>
    /// Waits before the next attempt. While other messages wait behind this one it is tried every minute meanwhile, beside the attempts that count: a sink that is back
    /// within minutes must not get a new alert a quarter of an hour late. True when the message was taken. After seven attempts a message about something else
    /// ends the pause with that minute, and is tried as well: what alone is not taken must not hold it back either. The end of an alert stays behind its begin for longer.
    /// </summary>
    private async Task<bool> PauseAsync(int attempt, AlertMessage message)
    {
        var (began, pause) = (time.GetTimestamp(), Pauses[Math.Min(attempt, Pauses.Count - 1)]);
        for (var left = pause; left > TimeSpan.Zero; left = pause - time.GetElapsedTime(began))
        {
            // A timer may be a moment early: what then is left must not bring one attempt more just before the one that is due.
            var isWhole = left < WhileOthersWait + TimeSpan.FromSeconds(1);
            await Task.Delay(isWhole ? left : WhileOthersWait, time, stop.Token);
            if (isWhole || Next() is not { } behind) continue;
            if (attempt >= Pauses.Count && behind.Rule != message.Rule) break;
            if (await TryAsync(message) is null) return true;
        }

        return false;
    }

    private async Task<string?> TryAsync(AlertMessage message)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, AlertJson.Default.AlertMessage);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop.Token);
        try
        {
            await sink.SendAsync(json, message, either.Token);
            outbox?.Remove(message.Id);
            return null;
        }
        catch (IOException failure)
        {
            return failure.Message;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds:0} s";
        }
    }

    [LoggerMessage(4210, LogLevel.Warning, "Alert {Rule} could not be sent to the {Sink} ({Reason}); it is tried again")]
    private static partial void LogFailed(ILogger logger, string rule, string sink, string reason);

    [LoggerMessage(4219, LogLevel.Error, "Alert {Rule} was not taken by the {Sink} ({Reason}) in {Attempts} attempts; it is tried for a day. Check monitoring.alerts")]
    private static partial void LogAway(ILogger logger, string rule, string sink, string reason, int attempts);

    [LoggerMessage(4211, LogLevel.Error, "Alert {Rule} was not taken by the {Sink} ({Reason}) in {Attempts} attempts and is given up until the next start. Check monitoring.alerts")]
    private static partial void LogGivenUp(ILogger logger, string rule, string sink, string reason, int attempts);
}
