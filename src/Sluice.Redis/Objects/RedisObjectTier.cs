using System.Collections.Concurrent;
using System.Text;
using Sluice.Core.KeyValue;
using Sluice.Core.Objects;
using Sluice.Redis.Connections;
using Sluice.Redis.Invalidation;
using Sluice.Redis.KeyValue;

namespace Sluice.Redis.Objects;

/// <summary>Objects in Redis that all nodes share, and turns, so that one node fetches what all are asked for.</summary>
internal sealed partial class RedisObjectTier : ISharedTier
{
    /// <summary>Name of the namespace that is the index.</summary>
    public const string IndexNamespace = "objects";

    private const int MostUploads = 64;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>So long others fetch for themselves what turned out not to be shared.</summary>
    private static readonly TimeSpan AloneTime = TimeSpan.FromSeconds(5);

    private readonly PurgeJournal journal;
    private readonly string node;

    // A look that takes longer than this is worth less than asking the origin.
    private readonly TimeSpan lookPatience;
    private readonly RedisKeyValueStore index;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> landings = new(StringComparer.Ordinal);
    private long pausedUntil = long.MinValue;
    private int uploads;

    public RedisObjectTier(RedisClient client, SharedTierOptions options, KeyValueStores stores, PurgeJournal journal, RedisPushes pushes, string node)
    {
        (Client, Options, this.journal, this.node, lookPatience) = (client, options, journal, node, client.Options.CommandTimeout / 4);
        index = (RedisKeyValueStore)stores.Open(IndexNamespace, new KeyValueLimits { MaximumBytes = options.MaximumBytes });
        Landed = client.Options.Channel("sluice.landed");
        pushes.Listen(Landed, Land);
        // What landed meanwhile is not told again, and where Redis is gone nothing lands: who waits looks.
        pushes.Missed += LandAll;
    }

    public RedisClient Client { get; }

    public SharedTierOptions Options { get; }

    /// <summary>The channel that tells of turns that ended.</summary>
    public string Landed { get; }

    /// <summary>True once the log of purges was read: before that nothing found can be trusted.</summary>
    public bool IsReady => journal.IsKnown;

    public SharedCounters Counters { get; } = new();

    public static string TagOf(string tag) => "tag:" + tag;

    public static string SourceTagOf(string source) => "source:" + source;

    public async ValueTask<SharedTurn> TakeTurnAsync(CacheScope scope, string target, bool mayLead, CancellationToken cancellation)
    {
        if (!Client.IsAvailable || Client.Time.GetTimestamp() < Volatile.Read(ref pausedUntil)) return SharedTurn.None;
        try
        {
            return await AskAsync(new ObjectNames(Client.Options.KeyPrefix, scope.Name, target, Client.IsCluster), scope.Name, target, mayLead, cancellation);
        }
        catch (RedisErrorException refused)
        {
            Client.Refused(refused);
        }
        catch (IOException)
        {
            // The link tells of it.
        }
        catch (TimeoutException)
        {
            Volatile.Write(ref pausedUntil, Client.Time.GetTimestamp() + (long)(Pause.TotalSeconds * Client.Time.TimestampFrequency));
        }

        return SharedTurn.None;
    }

    /// <summary>Counts the object as held, makes room for it, and takes away what had to leave.</summary>
    public async Task IndexAsync(CachedObject held, long bytes, KeyValueSettings settings, CancellationToken cancellation)
    {
        foreach (var left in await index.SetAsync(ObjectNames.IndexKey(held.Scope.Name, held.Target), default, settings, bytes, cancellation))
        {
            Counters.Evicted();
            await DropAsync(left, cancellation);
        }
    }

    private async Task<SharedTurn> AskAsync(ObjectNames names, string scope, string target, bool mayLead, CancellationToken cancellation)
    {
        try
        {
            return await LookOrWaitAsync(names, scope, target, mayLead, cancellation);
        }
        finally
        {
            landings.TryRemove(names.Base, out _);
        }
    }

    private async Task<SharedTurn> LookOrWaitAsync(ObjectNames names, string scope, string target, bool mayLead, CancellationToken cancellation)
    {
        var begun = Client.Time.GetTimestamp();
        while (true)
        {
            // Asked for before the look: what lands in between is not missed.
            var landing = mayLead ? landings.GetOrAdd(names.Base, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)) : null;
            var epoch = journal.Last;
            var (isThere, seen, isWhole) = await LookAsync(names, target, cancellation).WaitAsync(lookPatience, Client.Time, cancellation);
            if (isWhole && seen is { } found) return Found(names, scope, target, found.Manifest, found.Metadata);

            Counters.Missed();
            // What cannot be read is not in anybody's way for long.
            if (isThere && seen is null) await DropAsync(ObjectNames.IndexKey(scope, target), cancellation);
            if (!mayLead || !journal.IsKnown) return SharedTurn.None;
            var answer = await Client.RunAsync(ObjectScripts.Enter, [names.Lease, names.Base], cancellation, node, (long)Options.Lease.TotalMilliseconds, seen?.Manifest.Token ?? "");
            switch (answer.Items[0].AsText())
            {
                case "lead":
                    Counters.Led();
                    return new RedisTurn(this, names, answer.Items[1].AsText(), epoch.ToString(), seen);
                case "alone":
                    return SharedTurn.None;
                case "wait" when Options.Patience - Client.Time.GetElapsedTime(begun) is var left && left > TimeSpan.Zero:
                    Counters.Waited();
                    var turn = TimeSpan.FromMilliseconds(Math.Max(1, answer.Items[1].AsInteger()));
                    await landing!.Task.WaitAsync(turn < left ? turn : left, Client.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    cancellation.ThrowIfCancellationRequested();
                    break;
                case "wait":
                    return SharedTurn.None;
                default:
                    break;
            }
        }
    }

    private bool IsUsable(ObjectManifest manifest, ObjectMetadata metadata, string target) =>
        metadata.Freshness.RemainingAt(Client.Time.GetUtcNow()) > TimeSpan.Zero && journal.IsKnown && !journal.HasPurgedSince(LogPlace.Parse(manifest.Epoch), target, metadata);

    private async Task<(bool IsThere, (ObjectManifest Manifest, ObjectMetadata Metadata)? Seen, bool IsWhole)> LookAsync(ObjectNames names, string target, CancellationToken cancellation)
    {
        var json = await Client.SendAsync(names.Base, cancellation, "GET", names.Base);
        if (json.IsNull) return default;
        var seen = ObjectManifest.Read(json.Span);
        if (seen is not { } found || !IsUsable(found.Manifest, found.Metadata, target)) return (true, seen, false);
        // Before the first byte: a part that is missing in the middle would cut the answer short, for everybody and for as long as the manifest is there.
        string[] keys = [names.Lease, .. Enumerable.Range(0, found.Manifest.ChunkCount).Select(names.Chunk)];
        return (true, seen, (await Client.RunAsync(ObjectScripts.Whole, keys, cancellation, found.Manifest.Token)).AsInteger() == 1);
    }

    private SharedTurn Found(ObjectNames names, string scope, string target, ObjectManifest manifest, ObjectMetadata metadata)
    {
        Counters.Found();
        index.Used(ObjectNames.IndexKey(scope, target));
        return new SharedTurn
        {
            Found = new SharedObject(metadata, async (start, end, cancellation) =>
            {
                var body = new SharedBody(Client, names, manifest, start, end, Options.ParallelFetches);
                if (await body.BeginAsync(cancellation))
                {
                    Counters.Read(end - start);
                    return body;
                }

                await body.DisposeAsync();
                return null;
            }),
        };
    }

    private void LandAll()
    {
        foreach (var name in landings.Keys)
            if (landings.TryRemove(name, out var waiting)) waiting.TrySetResult();
    }

    private void Land(ReadOnlyMemory<byte> name)
    {
        if (landings.TryRemove(Encoding.UTF8.GetString(name.Span), out var waiting)) waiting.TrySetResult();
    }
}
