using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sluice.Core.Tags;
using Sluice.Redis.Connections;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Invalidation;

/// <summary>Tells the other nodes of purges, and gathers their receipts. What could not be told, as while Redis is away, is told once it can be.</summary>
internal sealed class PurgeTeller
{
    // Well beyond what a journal remembers: a log of fewer entries than that was never cut.
    private const int LogLength = 10_000;
    private const int MostUntold = 1000;

    /// <summary>So long a changing request waits for the other nodes to have heard of it, which they have after a millisecond or two: one that hangs must not hold up every POST (RFC 9111 section 4.4 asks only for this cache).</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromMilliseconds(100);

    /// <summary>Into the log and out to the nodes in one step: whoever hears of a purge finds it in the log, in that order. A full Redis must not stop a purge.</summary>
    private static readonly RedisScript Tell = new("""
        local place = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'purge', ARGV[2])
        return { place, redis.call('PUBLISH', ARGV[1], place .. '\n' .. ARGV[2]) }
        """, whenFull: true);

    private readonly RedisClient client;
    private readonly RedisNodes nodes;
    private readonly PurgeJournal journal;
    private readonly ILogger log;
    private readonly string logName, questions;
    private readonly ConcurrentDictionary<long, PurgeAnswers> asked = new();
    private readonly ConcurrentQueue<PurgeRequest> untold = new();
    private long number;
    private volatile bool isOverflowing, isRefusalTold;

    /// <param name="client">The Redis.</param>
    /// <param name="nodes">Who else there is.</param>
    /// <param name="pushes">Brings the receipts.</param>
    /// <param name="journal">Remembers what this node told.</param>
    /// <param name="log">Where to say that purges are not told.</param>
    public PurgeTeller(RedisClient client, RedisNodes nodes, RedisPushes pushes, PurgeJournal journal, ILogger log)
    {
        (this.client, this.nodes, this.journal, this.log) = (client, nodes, journal, log);
        (logName, questions) = (LogName(client), Questions(client));
        pushes.Listen($"{client.Options.KeyPrefix}sluice.purged.{nodes.Id}", Answered);
    }

    /// <summary>Where what was purged cannot be told: all is to be checked with the origins.</summary>
    public static PurgeRequest Everything { get; } = new(PurgeKind.Prefix, "/", Soft: true);

    /// <summary>Purges what Redis itself holds, for a purge that could not reach it when it was asked for.</summary>
    public Func<PurgeRequest, Task>? Retold { get; set; }

    /// <summary>Hears that there is something to tell.</summary>
    public Action? Missed { get; init; }

    /// <summary>Key of the log, a Redis stream.</summary>
    public static string LogName(RedisClient client) => client.Options.KeyPrefix + "sluice.purges";

    /// <summary>The channel of the messages.</summary>
    public static string Questions(RedisClient client) => client.Options.Channel("sluice.purge");

    /// <summary>Tells the others, and answers with the receipts of those who were in time.</summary>
    public async Task<PurgeReceipt> PurgeAsync(PurgeRequest request, CancellationToken cancellation)
    {
        if (!request.DryRun) journal.Begin(request);
        var mine = Interlocked.Increment(ref number);
        var waiting = asked[mine] = new PurgeAnswers();
        try
        {
            var listening = await TellAsync(request, mine);
            waiting.Expect(listening);
            await waiting.Done.WaitAsync(request.IsInvalidation && client.Options.PurgeTimeout > Courtesy ? Courtesy : client.Options.PurgeTimeout, client.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            // One that is there and does not listen, as while its connection for messages is away, is not waited for.
            return waiting.Total(Math.Max(listening, nodes.Others));
        }
        catch (IOException failure)
        {
            Refused(failure);
            if (!request.DryRun && untold.Count < MostUntold) untold.Enqueue(request);
            else
            {
                journal.End(request);
                isOverflowing |= !request.DryRun;
            }

            // Told as soon as it can be, though the connection that brings messages may never have been away.
            if (!request.DryRun) Missed?.Invoke();
            return new PurgeReceipt { Nodes = 0, SilentNodes = nodes.Untold };
        }
        finally
        {
            asked.TryRemove(mine, out _);
        }
    }

    /// <summary>Writes a purge into the log and tells the others; how many listen.</summary>
    public async Task<int> TellAsync(PurgeRequest request, long mine)
    {
        var message = new PurgeMessage(nodes.Id, mine, request).ToJson();
        long listeners;
        if (request.DryRun) listeners = (await client.SendAsync(questions, CancellationToken.None, "PUBLISH", questions, (byte[])[(byte)'\n', .. message])).AsInteger();
        else
        {
            var told = await client.RunAsync(Tell, [logName], CancellationToken.None, questions, message, LogLength);
            journal.TryAdd(LogPlace.Parse(told.Items[0].AsText()), request);
            journal.End(request);
            listeners = told.Items[1].AsInteger();
        }

        // In a cluster the answer counts those of one server only.
        return client.IsCluster ? nodes.Others : (int)Math.Max(0, listeners - 1);
    }

    private void Answered(ReadOnlyMemory<byte> message)
    {
        try
        {
            if (PurgeMessage.FromJson(message.Span) is { Receipt: { } receipt } answer && asked.TryGetValue(answer.Number, out var waiting)) waiting.Add(receipt);
        }
        catch (JsonException)
        {
            client.Unreadable();
        }
    }

    /// <summary>Where Redis is away its link says so; what it refuses is said here, once until all is told.</summary>
    public void Refused(IOException failure)
    {
        if (failure is not RedisErrorException refused || isRefusalTold) return;
        isRefusalTold = true;
        RedisEvents.NotTelling(log, refused.Text.TrimEnd('.'));
    }

    /// <summary>All is told that can be.</summary>
    public void Relieved() => isRefusalTold = false;

    /// <summary>More was lost than can be told one by one.</summary>
    public void Overflowed() => isOverflowing = true;

    /// <summary>Tells what could not be told before.</summary>
    public async Task TellUntoldAsync()
    {
        while (untold.TryPeek(out var request))
        {
            await TellAsync(request, 0);
            if (Retold is not null) await Retold(request);
            untold.TryDequeue(out _);
        }

        if (!isOverflowing) return;
        // More than could be kept, or was lost: the others are to check what they hold.
        await TellAsync(Everything, 0);
        isOverflowing = false;
    }
}
