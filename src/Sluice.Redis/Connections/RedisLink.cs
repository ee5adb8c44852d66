using Sluice.Core.Background;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Connections;

/// <summary>A connection that is there again by itself: while there is none, commands fail at once, and attempts go on at growing, irregular intervals.</summary>
internal sealed class RedisLink : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    private readonly RedisOptions options;
    private readonly RedisDialer dialer;
    private readonly TimeProvider time;
    private readonly Func<int, RedisEndPoint> where;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RedisConnection? current;
    private Task running = Task.CompletedTask;
    private long provenAt;

    /// <param name="where">Which server to try, by the number of the attempt since the last success.</param>
    /// <param name="options">Times and bounds.</param>
    /// <param name="dialer">Opens connections.</param>
    /// <param name="time">The time.</param>
    public RedisLink(Func<int, RedisEndPoint> where, RedisOptions options, RedisDialer dialer, TimeProvider time) =>
        (this.where, this.options, this.dialer, this.time) = (where, options, dialer, time);

    /// <summary>Gets what the server says unasked. Runs on the thread that reads: it must not wait.</summary>
    public Action<RespValue>? Pushed { get; init; }

    /// <summary>Makes a new connection ready before anybody else uses it.</summary>
    public Func<RedisConnection, RedisGreeting, CancellationToken, Task>? Prepare { get; init; }

    /// <summary>Hears of every change, and of every attempt that fails: why the link is down, null where it is up.</summary>
    public Action<Exception?>? Changed { get; init; }

    public bool IsUp => Volatile.Read(ref current) is { IsOpen: true };

    /// <summary>What the server said of itself at the last greeting; null before the first.</summary>
    public RedisGreeting? Greeting { get; private set; }

    /// <summary>Ends after the first attempt, whatever came of it.</summary>
    public Task Tried => tried.Task;

    /// <summary>How long ago a command was sent that has been answered since: so old at most is what this link has not heard of.</summary>
    public TimeSpan ProvenAge => IsUp ? time.GetElapsedTime(Volatile.Read(ref provenAt)) : TimeSpan.MaxValue;

    public void Start() => running = Detached.Run(RunAsync);

    /// <exception cref="RedisUnavailableException">There is no connection now.</exception>
    public ValueTask<RespValue> SendAsync(in RedisCommand command, CancellationToken cancellation, int leading = 0, bool isQuick = false)
    {
        var connection = Volatile.Read(ref current) ?? throw new RedisUnavailableException("There is no connection to Redis.");
        return connection.SendAsync(command.Span, cancellation, leading, isQuick);
    }

    /// <summary>Lets the commands that follow go out in one piece once it is disposed.</summary>
    public RedisBatch Batch() => new(Volatile.Read(ref current));

    /// <summary>Ends the connection; the next attempt follows.</summary>
    public void Leave(RedisUnavailableException reason) => Volatile.Read(ref current)?.Close(reason);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
    }

    private async Task RunAsync()
    {
        for (var attempt = 0; !stop.IsCancellationRequested; attempt++)
        {
            try
            {
                if (await ConnectAsync(attempt) is { } reason)
                {
                    attempt = 0;
                    Changed?.Invoke(reason);
                }
            }
            catch (RedisUnavailableException failure)
            {
                Changed?.Invoke(failure);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }

            tried.TrySetResult();
            await Task.Delay(Pause(attempt), time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        tried.TrySetResult();
    }

    /// <summary>Connects and stays until the connection ends; why it did.</summary>
    private async Task<Exception?> ConnectAsync(int attempt)
    {
        var (host, port) = where(attempt);
        var (connection, greeting) = await dialer.ConnectAsync(host, port, Pushed, stop.Token);
        await using (connection)
        {
            try
            {
                if (Prepare is not null) await Prepare(connection, greeting, stop.Token);
            }
            catch (RedisErrorException refused)
            {
                throw new RedisUnavailableException($"Redis at {host}:{port} cannot be used: {refused.Text}. See docs/many-nodes.md, access list", refused);
            }

            Greeting = greeting;
            Volatile.Write(ref provenAt, time.GetTimestamp());
            Volatile.Write(ref current, connection);
            tried.TrySetResult();
            Changed?.Invoke(null);
            try
            {
                return await WatchAsync(connection);
            }
            finally
            {
                Volatile.Write(ref current, null);
            }
        }
    }

    private async Task<Exception?> WatchAsync(RedisConnection connection)
    {
        using var beat = new PeriodicTimer(Beat, time);
        for (var count = 0; ; count++)
        {
            if (count % 2 == 0) _ = ProveAsync(connection);
            var next = beat.WaitForNextTickAsync(stop.Token).AsTask();
            if (await Task.WhenAny(next, connection.Closed) == connection.Closed) return await connection.Closed;
            await next;
            connection.CheckPatience();
        }
    }

    private async Task ProveAsync(RedisConnection connection)
    {
        var asked = time.GetTimestamp();
        try
        {
            using var ping = new RedisCommand("PING");
            await connection.SendAsync(ping.Span, CancellationToken.None);
            Volatile.Write(ref provenAt, asked);
        }
        catch (RedisUnavailableException)
        {
            // The end of the connection is seen by who watches it; a full backlog proves nothing either way.
        }
        catch (RedisErrorException)
        {
            // It answers, which is what was asked: a user without the right to ping, a server that is loading.
            Volatile.Write(ref provenAt, asked);
        }
    }

    private TimeSpan Pause(int attempt)
    {
        var full = FirstPause * Math.Pow(2, Math.Min(attempt, 16));
        if (full > options.MaximumPause) full = options.MaximumPause;
        return full * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}
