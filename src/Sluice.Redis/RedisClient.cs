using Microsoft.Extensions.Logging;
using Sluice.Redis.Connections;
using Sluice.Redis.Protocol;

namespace Sluice.Redis;

/// <summary>A Redis server or cluster: one connection for commands (to each node of a cluster), one more for what the server says by itself. Without Redis everything asked of it fails at once, and it comes back by itself.</summary>
public sealed class RedisClient : IAsyncDisposable
{
    // Nodes make themselves heard every second; so it is looked for as often.
    private static readonly TimeSpan SeekPause = TimeSpan.FromMilliseconds(500);

    private readonly RedisOptions options;
    private readonly RedisDialer dialer;
    private readonly RedisLink commands;
    private readonly RedisCluster cluster;
    private readonly RedisCounters counters = new();
    private readonly ILogger log;
    private readonly CancellationTokenSource stop = new();
    private string reason = "";
    private int isLost, isSeeking;
    private RedisLink? pushes;
    private long quietUntil = long.MinValue, unreadableQuietUntil = long.MinValue;

    /// <summary>Makes one; nothing is connected yet.</summary>
    /// <exception cref="ArgumentException">The options will not do; the message says everything that is wrong.</exception>
    public RedisClient(RedisOptions options, TimeProvider time, ILogger log)
    {
        if (options.Errors() is { Count: > 0 } errors) throw new ArgumentException(string.Join(Environment.NewLine, errors));
        (this.options, Time, this.log) = (options, time, log);
        dialer = new RedisDialer(options, time);
        cluster = new RedisCluster(options, dialer, time);
        commands = cluster.Named = new RedisLink(NodeAt, options, dialer, time) { Prepare = LearnAsync, Changed = OnChanged };
    }

    /// <summary>True while Redis can be asked.</summary>
    public bool IsAvailable => commands.IsUp;

    /// <summary>Why it cannot be asked; empty while it can.</summary>
    public string Reason => Volatile.Read(ref reason);

    /// <summary>The server's version; empty before the first connection.</summary>
    public string ServerVersion => commands.Greeting?.Version ?? "";

    /// <summary>True when it is a cluster.</summary>
    public bool IsCluster => commands.Greeting?.IsCluster == true;

    internal RedisOptions Options => options;

    internal TimeProvider Time { get; }

    internal RedisCounters Counters => counters;

    /// <summary>Begins to connect, and waits for the first attempt, not for its success.</summary>
    public Task StartAsync(CancellationToken cancellation = default)
    {
        commands.Start();
        return commands.Tried.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref isLost, 2);
        await stop.CancelAsync();
        await commands.DisposeAsync();
        await cluster.DisposeAsync();
    }

    /// <summary>Another connection to the same place, for what the server says by itself.</summary>
    internal RedisLink OpenPushLink(Action<RespValue> pushed, Func<RedisConnection, RedisGreeting, CancellationToken, Task> prepare, Action<Exception?> changed) =>
        pushes = new(NodeAt, options, dialer, Time) { Pushed = pushed, Prepare = prepare, Changed = changed };

    /// <summary>Looks who is in the cluster by now.</summary>
    internal void LearnSoon() => cluster.LearnSoon();

    /// <summary>Lets the commands that follow go out in one piece once it is disposed; nothing may be awaited before that. A cluster sends each to its node as it comes.</summary>
    internal RedisBatch Batch() => IsCluster ? default : commands.Batch();

    /// <summary>Sends a command.</summary>
    /// <param name="key">The key that decides which node of a cluster gets it.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="arguments">Its words.</param>
    /// <exception cref="RedisUnavailableException">Redis cannot be asked, or did not answer.</exception>
    /// <exception cref="RedisErrorException">It answered an error.</exception>
    internal ValueTask<RespValue> SendAsync(string key, CancellationToken cancellation, params ReadOnlySpan<RedisArgument> arguments)
    {
        counters.Command();
        var command = new RedisCommand(arguments);
        if (IsCluster) return cluster.SendAsync(HashSlot.Of(key), command, cancellation);
        using (command) return commands.SendAsync(command, cancellation);
    }

    /// <summary>As <see cref="SendAsync"/>, for a caller that does little with the answer: where sockets complete inline (as in the server) it goes on on the thread that read it.</summary>
    internal ValueTask<RespValue> SendQuickAsync(string key, CancellationToken cancellation, params ReadOnlySpan<RedisArgument> arguments)
    {
        if (IsCluster) return SendAsync(key, cancellation, arguments);
        counters.Command();
        using var command = new RedisCommand(arguments);
        return commands.SendAsync(command, cancellation, isQuick: true);
    }

    /// <summary>Runs a script by its hash, and hands its text over where the server does not know it.</summary>
    internal async ValueTask<RespValue> RunAsync(RedisScript script, IReadOnlyList<string> keys, CancellationToken cancellation, params RedisArgument[] arguments)
    {
        try
        {
            try
            {
                return await SendAsync(keys[0], cancellation, Words("EVALSHA", script.Hash, keys, arguments));
            }
            catch (RedisErrorException unknown) when (unknown.Code == "NOSCRIPT")
            {
                return await SendAsync(keys[0], cancellation, Words("EVAL", script.Text, keys, arguments));
            }
        }
        catch (RedisErrorException refused) when (refused.Code == "READONLY")
        {
            SeekPrimary();
            throw;
        }
    }

    /// <summary>As <see cref="RunAsync"/> of a script the server has run before, for arguments that do not outlive the call.</summary>
    internal ValueTask<RespValue> RunKnownAsync(RedisScript script, IReadOnlyList<string> keys, CancellationToken cancellation, params RedisArgument[] arguments) =>
        SendAsync(keys[0], cancellation, Words("EVALSHA", script.Hash, keys, arguments));

    /// <summary>Counts what Redis refused, and says so at most once a minute.</summary>
    internal void Refused(RedisErrorException refused)
    {
        counters.Refused();
        if (MaySay(ref quietUntil)) RedisEvents.Refused(log, refused.Text.TrimEnd('.'));
    }

    /// <summary>Says at most once a minute that a message could not be read: in the log of purges it is met at each reading.</summary>
    internal void Unreadable()
    {
        if (MaySay(ref unreadableQuietUntil)) RedisEvents.Unreadable(log);
    }

    /// <summary>Says that Redis tells this node nothing.</summary>
    internal void NotListening(string why) => RedisEvents.NotListening(log, why.TrimEnd('.'));

    private bool MaySay(ref long again)
    {
        var now = Time.GetTimestamp();
        var seen = Volatile.Read(ref again);
        return now >= seen && Interlocked.CompareExchange(ref again, now + (60 * Time.TimestampFrequency), seen) == seen;
    }

    // A server that became a replica keeps its connections and refuses what is written, for good, while another one has its name by now.
    private void SeekPrimary()
    {
        if (!IsCluster && Interlocked.Exchange(ref isSeeking, 1) == 0) _ = SeekPrimaryAsync();
    }

    private async Task SeekPrimaryAsync()
    {
        try
        {
            var (connection, greeting) = await dialer.ConnectAsync(options.Host, options.Port, null, stop.Token);
            await using (connection)
            {
                // Until there is one, what can be read of the replica is better than nothing.
                if (greeting.Role != "master") return;
                var moved = new RedisUnavailableException($"Redis at {options.Host}:{options.Port} became a replica, and another server has its place now.");
                commands.Leave(moved);
                pushes?.Leave(moved);
            }
        }
        catch (Exception failure) when (failure is RedisUnavailableException or OperationCanceledException)
        {
            // What is refused next looks again.
        }
        finally
        {
            // Not for each write that is refused: a replica may stay one, and each look is a connection.
            await Task.Delay(SeekPause, Time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Volatile.Write(ref isSeeking, 0);
        }
    }

    private static RedisArgument[] Words(string word, string script, IReadOnlyList<string> keys, RedisArgument[] arguments) =>
        [word, script, keys.Count, .. keys.Select(key => (RedisArgument)key), .. arguments];

    private RedisEndPoint NodeAt(int attempt)
    {
        var known = cluster.Nodes;
        return attempt % (known.Count + 1) is > 0 and var next ? known[next - 1] : new RedisEndPoint(options.Host, options.Port);
    }

    private async Task LearnAsync(RedisConnection connection, RedisGreeting greeting, CancellationToken cancellation)
    {
        if (greeting.IsCluster) await cluster.LearnAsync(connection, options.Host, cancellation);
    }

    private void OnChanged(Exception? failure)
    {
        var (before, why) = (Reason, failure?.Message ?? "");
        Volatile.Write(ref reason, why);
        if (failure is null)
        {
            if (Interlocked.CompareExchange(ref isLost, 0, 1) == 1) RedisEvents.Back(log, options.Host, options.Port);
        }
        else if (Interlocked.CompareExchange(ref isLost, 1, 0) == 0)
        {
            counters.Lost();
            RedisEvents.Lost(log, why.TrimEnd('.'));
        }
        // It is there again and refuses this node, as after its password was changed: what was said first is not what to look for.
        else if (failure.InnerException is RedisErrorException && why != before && Volatile.Read(ref isLost) == 1) RedisEvents.Lost(log, why.TrimEnd('.'));
    }
}
