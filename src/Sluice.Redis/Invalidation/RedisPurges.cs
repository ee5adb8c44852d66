using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sluice.Core.Tags;
using Sluice.Redis.Connections;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Invalidation;

/// <summary>Purges on every node. A purge goes into a log (a Redis stream) and out as a message; each node carries it out and answers with its receipt. A node that was away reads on in the log where it stopped; where the log does not reach back so far, everything it holds becomes stale.</summary>
internal sealed class RedisPurges : IPurgeLayer, IAsyncDisposable
{
    private const int MostCompared = 1000;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    /// <summary>So far back the log is read again: of two purges at once the later one may have been heard first.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    /// <summary>The first entry of a log. It selects nothing.</summary>
    private static readonly PurgeRequest Beginning = new(PurgeKind.Url, "");

    /// <summary>Among the messages: from here on some may have been missed.</summary>
    private static readonly PurgeMessage Gap = new("", 0, null);

    /// <summary>Among the messages: all that was heard before it has been done, so that the log can be held against that.</summary>
    private static readonly PurgeMessage Comparison = new("", 0, null);

    private readonly RedisClient client;
    private readonly RedisNodes nodes;
    private readonly RedisPushes pushes;
    private readonly Func<PurgeRequest, CancellationToken, Task<PurgeReceipt>> purgeHere;
    private readonly ILogger log;
    private readonly PurgeTeller teller;
    private readonly string logName;
    private readonly Queue<PurgeRequest> missed = new();
    private readonly Channel<PurgeMessage?> heard = Channel.CreateUnbounded<PurgeMessage?>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task working = Task.CompletedTask;

    // Of the one who works. Up to here nothing of the log is missing; what was heard after a gap, or told by this node itself, may lie beyond what was not heard yet.
    private LogPlace readTo;
    private bool hasGap = true;

    // In a cluster: what stood in the log at the last comparison, how far that went, and which messages came since the one before.
    private readonly HashSet<LogPlace> came = [];
    private List<LogPlace> told = [];
    private LogPlace comparedTo;

    /// <param name="client">The Redis.</param>
    /// <param name="nodes">Who else there is.</param>
    /// <param name="pushes">Brings the messages.</param>
    /// <param name="purgeHere">Purges what this node holds by itself.</param>
    /// <param name="log">Where to say what was missed.</param>
    public RedisPurges(RedisClient client, RedisNodes nodes, RedisPushes pushes, Func<PurgeRequest, CancellationToken, Task<PurgeReceipt>> purgeHere, ILogger log)
    {
        (this.client, this.nodes, this.pushes, this.purgeHere, this.log) = (client, nodes, pushes, purgeHere, log);
        logName = PurgeTeller.LogName(client);
        teller = new PurgeTeller(client, nodes, pushes, Journal, log) { Missed = () => heard.Writer.TryWrite(null) };
        pushes.Listen(PurgeTeller.Questions(client), Hear);
        // An empty message: read the log, there may have been others.
        pushes.Joined = () => heard.Writer.TryWrite(null);
        pushes.Left = () => heard.Writer.TryWrite(Gap);
    }

    /// <summary>What was read of the log.</summary>
    public PurgeJournal Journal { get; } = new();

    /// <summary>Purges what Redis itself holds, for a purge that could not reach it when it was asked for.</summary>
    public Func<PurgeRequest, Task>? Retold
    {
        get => teller.Retold;
        set => teller.Retold = value;
    }

    /// <summary>Hears of every step forward in the log, to keep it beyond a restart.</summary>
    public Action<LogPlace>? Progressed { get; init; }

    /// <summary>True for a node that began without Redis: what it holds by the time it joins, others may have purged since it was fetched.</summary>
    public bool BeganAlone { get; set; }

    /// <summary>Ends when what was purged before this node started has been carried out.</summary>
    public Task CaughtUp => caughtUp.Task;

    /// <summary>Goes on from where an earlier run of this node stopped. Call before <see cref="Start"/>.</summary>
    public void StartAt(LogPlace place)
    {
        Journal.StartAt(place);
        readTo = place;
    }

    public void Start()
    {
        working = Task.Run(WorkAsync);
        _ = LookLaterAsync();
    }

    public async ValueTask DisposeAsync()
    {
        heard.Writer.TryComplete();
        await stop.CancelAsync();
        await working;
    }

    public Task<PurgeReceipt> PurgeAsync(PurgeRequest request, CancellationToken cancellation) => teller.PurgeAsync(request, cancellation);

    private void Hear(ReadOnlyMemory<byte> message)
    {
        // The place in the log, empty for a dry run, and the purge.
        var line = message.Span.IndexOf((byte)'\n');
        try
        {
            if (line >= 0 && PurgeMessage.FromJson(message.Span[(line + 1)..]) is { Purge: not null } told)
                heard.Writer.TryWrite(told with { Id = Encoding.ASCII.GetString(message.Span[..line]) });
        }
        catch (JsonException)
        {
            client.Unreadable();
            // It might have been anything, which is what the log takes it for.
            if (line > 0) heard.Writer.TryWrite(null);
        }
    }

    private async Task WorkAsync()
    {
        await foreach (var message in heard.Reader.ReadAllAsync())
        {
            try
            {
                if (ReferenceEquals(message, Gap)) hasGap = true;
                else if (ReferenceEquals(message, Comparison)) await CompareAsync();
                else if (message is not null) await CarryOutAsync(message);
                else
                {
                    // One reading does for all who ask for one in a row.
                    while (heard.Reader.TryPeek(out var next) && next is null) heard.Reader.TryRead(out _);
                    await CatchUpAsync();
                    caughtUp.TrySetResult();
                    teller.Relieved();
                }
            }
            catch (IOException failure) when (message is not null)
            {
                // The index could not be written: who asked hears of no receipt.
                RedisEvents.PurgeNotHeard(log, failure.Message);
            }
            catch (IOException failure)
            {
                teller.Refused(failure);
                // Messages come over one connection and the log over another, which may not be there yet.
                await Task.Delay(Again, client.Time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                heard.Writer.TryWrite(null);
            }
        }
    }

    private async Task LookLaterAsync()
    {
        await Task.Delay(Look, client.Time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        heard.Writer.TryWrite(Comparison);
    }

    /// <summary>In a cluster servers pass messages on to each other, and one that was taken out of it, or is cut off from the others, answers and passes on nothing. What stood in the log a second ago has been heard by now.</summary>
    private async Task CompareAsync()
    {
        try
        {
            // After a gap all of the log is read in any case.
            if (hasGap) told = [];
            else if (told.Exists(place => !came.Contains(place)))
            {
                told = [];
                client.LearnSoon();
                pushes.Leave(new RedisUnavailableException("the Redis it listens to does not pass on what is told in the cluster"));
            }
            else if (client.IsCluster)
            {
                var news = await client.SendAsync(logName, CancellationToken.None, "XREVRANGE", logName, "+", $"({comparedTo}", "COUNT", MostCompared);
                came.RemoveWhere(place => place <= comparedTo);
                told = [];
                foreach (var entry in news.Items) told.Add(LogPlace.Parse(entry.Items[0].AsText()));
                if (told.Count > 0) comparedTo = told[0];
            }
        }
        catch (IOException)
        {
            // Nothing can be told meanwhile; what was is looked for again.
            told = [];
        }

        _ = LookLaterAsync();
    }

    private async Task CarryOutAsync(PurgeMessage message)
    {
        // Known before it is done: what the shared tier still holds must not come in behind it.
        var place = LogPlace.Parse(message.Id);
        if (place != LogPlace.Start) Journal.TryAdd(place, message.Purge!);
        if (client.IsCluster) came.Add(place);
        // What this node told itself it has done itself.
        var isForUs = message.Node != nodes.Id && message.Purge != Beginning;
        var receipt = isForUs ? await purgeHere(message.Purge!, CancellationToken.None) : new PurgeReceipt();
        if (!hasGap && place > readTo) readTo = place;
        // Of many at once the last will do: after a crash the others are done again.
        if (!hasGap && !heard.Reader.TryPeek(out _)) Progressed?.Invoke(readTo);
        // Not waited for: what came meanwhile would pile up where every POST of many nodes is a purge.
        if (isForUs) _ = AnswerAsync(message, receipt);
    }

    private async Task AnswerAsync(PurgeMessage message, PurgeReceipt receipt)
    {
        var channel = client.Options.KeyPrefix + "sluice.purged." + message.Node;
        try
        {
            await client.SendAsync(channel, CancellationToken.None, "PUBLISH", channel, new PurgeMessage(nodes.Id, message.Number, null, receipt).ToJson());
        }
        catch (IOException failure)
        {
            // Done here, but who asked does not hear of it.
            if (!stop.IsCancellationRequested) RedisEvents.PurgeNotHeard(log, failure.Message);
        }
    }

    private async Task CatchUpAsync()
    {
        var entries = await ReadLogAsync();
        if (entries.Count == 0) entries = await BeginLogAsync();
        var (isNew, isFirst) = (!Journal.IsKnown, !caughtUp.Task.IsCompleted);
        // It is not there when the log was cut, or lost, or an older copy of it has taken its place.
        var end = entries.Count > 0 ? entries[^1].Place : LogPlace.Start;
        var reaches = end == readTo || entries.Exists(entry => entry.Place == readTo);
        if (isNew ? BeganAlone : !reaches)
        {
            RedisEvents.LogLost(log);
            missed.Enqueue(PurgeTeller.Everything);
            // An older copy: what this node was told last, somebody else may never have been.
            if (!isNew && entries.Count > 0 && entries[0].Place < readTo) teller.Overflowed();
        }

        // Of what was fetched before the first of them nothing is known.
        foreach (var (place, purge) in Journal.Fill(entries.Count > 0 ? entries[0].Place : LogPlace.Start, entries))
            // New in company: nothing here was there when others purged. After a restart what is a little older than the last one is done again: of two at once the later may have been heard first.
            if (!isNew && (!isFirst || place.Milliseconds >= readTo.Milliseconds - Overlap.TotalMilliseconds) && purge != Beginning) missed.Enqueue(purge);
        readTo = comparedTo = end;
        // Known by now, and not to be told again: what fails is tried until it is done.
        while (missed.TryPeek(out var next))
        {
            await purgeHere(next, CancellationToken.None);
            missed.Dequeue();
        }

        hasGap = false;
        Progressed?.Invoke(readTo);
        await teller.TellUntoldAsync();
    }

    private async Task<List<(LogPlace Place, PurgeRequest Purge)>> ReadLogAsync()
    {
        var tail = await client.SendAsync(logName, CancellationToken.None, "XREVRANGE", logName, "+", "-", "COUNT", PurgeJournal.Remembered);
        List<(LogPlace Place, PurgeRequest Purge)> entries = [];
        // What cannot be read might have been anything.
        foreach (var entry in tail.Items) entries.Add((LogPlace.Parse(entry.Items[0].AsText()), Read(entry)?.Purge ?? PurgeTeller.Everything));
        entries.Reverse();
        return entries;
    }

    /// <summary>Writes the first entry, which tells this log from one that comes after it was lost.</summary>
    private async Task<List<(LogPlace Place, PurgeRequest Purge)>> BeginLogAsync()
    {
        try
        {
            await teller.TellAsync(Beginning, 0);
        }
        catch (RedisErrorException refused)
        {
            // Read-only: nobody can purge either.
            client.Refused(refused);
        }

        return await ReadLogAsync();
    }

    private PurgeMessage? Read(RespValue entry)
    {
        try
        {
            return PurgeMessage.FromJson(entry.Items[1].Items[1].Span);
        }
        catch (JsonException)
        {
            client.Unreadable();
            return null;
        }
    }
}
