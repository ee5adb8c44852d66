using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Sluice.Core.KeyValue;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.KeyValue;

/// <summary>A namespace in Redis. What is read often is answered from this process, for as long as Redis is known to say what changes.</summary>
/// <remarks>Every operation throws <see cref="IOException"/> while Redis cannot be asked: who has another way goes on without it.</remarks>
public sealed class RedisKeyValueStore : ICountedKeyValueStore
{
    private const int AtOnce = 500;

    private readonly RedisKeyValueStores stores;
    private readonly RedisClient client;
    private readonly KeyValueLimits limits;
    private readonly RedisNames single, clustered;
    private ConcurrentDictionary<string, long> uses = new(StringComparer.Ordinal);
    private readonly UseNumbers useNumbers = new();

    internal RedisKeyValueStore(RedisKeyValueStores stores, string name, string form, KeyValueLimits limits)
    {
        (this.stores, client, this.limits, Namespace) = (stores, stores.Client, limits, name);
        (single, clustered) = (new(client.Options.KeyPrefix, name, form, false), new(client.Options.KeyPrefix, name, form, true));
        Near = new NearCache(Math.Min(stores.NearBytes, limits.MaximumBytes ?? long.MaxValue), stores.Time);
    }

    /// <inheritdoc/>
    public string Namespace { get; }

    /// <inheritdoc/>
    public KeyValueCounters Counters { get; } = new("redis");

    internal NearCache Near { get; }

    internal RedisNames Names => client.IsCluster ? clustered : single;

    /// <inheritdoc/>
    public ValueTask<KeyValueEntry?> GetAsync(string key, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!stores.IsNearTrusted) return FetchAsync(key, cancellation);
        if (Near.Find(key) is not { } held) return FetchAsync(key, cancellation);
        Used(key);
        return new(Counters.Read(held));
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, CancellationToken cancellation = default) =>
        await SetAsync(key, value, settings, bytesElsewhere: 0, cancellation);

    /// <summary>As the other, for a value that stands for bytes kept elsewhere, which count; the keys that had to leave for it.</summary>
    internal async Task<IReadOnlyList<string>> SetAsync(string key, ReadOnlyMemory<byte> value, KeyValueSettings settings, long bytesElsewhere, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var size = KeyValueText.CountBytes(key) + value.Length + bytesElsewhere;
        var tags = KeyValueText.Tags(settings.Tags);
        var now = stores.Time.GetUtcNow();
        var expires = limits.ExpiryAt(now, settings.TimeToLive);
        var isKept = !(expires <= now) && !(size > limits.MaximumBytes);
        var life = expires is { } end ? Math.Max(1, (long)Math.Ceiling((end - now).TotalMilliseconds)) : -1;
        StoreUses();
        var answer = client.RunAsync(KeyValueScripts.Set, Keys(), cancellation, Words(
            [key, value, life, new EntryNote(size, expires?.UtcTicks, tags).ToJson(), NextUse(), size, limits.MaximumBytes ?? -1, limits.MaximumEntries ?? -1, isKept ? 1 : 0, .. tags.Select(tag => (RedisArgument)tag)]));
        try
        {
            var left = await answer;
            Counters.Wrote(size - bytesElsewhere);
            return left.Items.Length == 0 ? [] : [.. left.Items.ToArray().Select(one => KeyValueText.FromBytes(one.Span))];
        }
        finally
        {
            // Also after a failure: it may have been stored.
            Near.Drop(key);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            var live = await client.RunAsync(KeyValueScripts.Delete, Keys(), cancellation, Words([key]));
            Counters.Deleted();
            return live.AsInteger() == 1;
        }
        finally
        {
            Near.Drop(key);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> DeleteByTagAsync(string tag, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var live = 0L;
        try
        {
            while (true)
            {
                var answer = await client.RunAsync(KeyValueScripts.DeleteByTag, Keys(), cancellation, Words([tag, AtOnce]));
                live += answer.Items[0].AsInteger();
                if (answer.Items[1].AsInteger() == AtOnce) continue;
                Counters.Deleted();
                return (int)live;
            }
        }
        finally
        {
            // Which keys they were, Redis tells by and by; this caller must not find them from now on.
            Near.Clear();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ScanAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var names = Names;
        foreach (var some in (await ListAsync(Pattern(prefix) + "*", cancellation)).Chunk(AtOnce))
        {
            // What has expired may still be in the index.
            var answers = await AskAsync(some, key => client.SendAsync(names.Of(key), cancellation, "EXISTS", names.Of(key)));
            for (var i = 0; i < some.Length; i++)
                if (answers[i].AsInteger() == 1) yield return some[i];
        }
    }

    /// <inheritdoc/>
    public async ValueTask<KeyValueUsage> GetUsageAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        StoreUses();
        while (true)
        {
            var answer = await client.RunAsync(KeyValueScripts.Usage, Keys(), cancellation, Words([AtOnce]));
            if (answer.Items[0].AsInteger() < AtOnce) return new KeyValueUsage(answer.Items[1].AsInteger(), answer.Items[2].AsInteger(), limits.MaximumBytes);
        }
    }

    /// <summary>The keys that carry a tag.</summary>
    internal async Task<IReadOnlyList<string>> TaggedAsync(string tag, CancellationToken cancellation)
    {
        var set = Names.Tags + tag;
        var members = await client.SendAsync(set, cancellation, "SMEMBERS", set);
        return [.. members.Items.ToArray().Select(one => KeyValueText.FromBytes(one.Span))];
    }

    /// <summary>Of the keys that do not begin with a character those that carry a tag which begins so.</summary>
    internal async Task<IReadOnlyList<string>> OthersTaggedAsync(char first, string tagPrefix, CancellationToken cancellation)
    {
        var found = new List<string>();
        foreach (var some in (await ListAsync($"[^{first}]*", cancellation)).Chunk(AtOnce))
        {
            var notes = await AskAsync(some, key => client.SendAsync(Names.Index, cancellation, "HGET", Names.Index, key));
            for (var i = 0; i < some.Length; i++)
                if (!notes[i].IsNull && EntryNote.FromJson(notes[i].Span) is { } note && note.Tags.Any(tag => tag.StartsWith(tagPrefix, StringComparison.Ordinal))) found.Add(some[i]);
        }

        return found;
    }

    /// <summary>What the size of an entry is counted as.</summary>
    internal async Task<long> SizeAsync(string key, CancellationToken cancellation)
    {
        var note = await client.SendAsync(Names.Index, cancellation, "HGET", Names.Index, key);
        return note.IsNull ? 0 : EntryNote.FromJson(note.Span)?.Size ?? 0;
    }

    /// <summary>Notes a use, for the order in which entries leave.</summary>
    internal void Used(string key)
    {
        uses[key] = NextUse();
        if (uses.Count >= AtOnce) StoreUses();
    }

    private async ValueTask<KeyValueEntry?> FetchAsync(string key, CancellationToken cancellation)
    {
        var names = Names;
        var mark = Near.Mark(key);
        var name = names.Of(key);
        ValueTask<RespValue> asked, noted;
        using (client.Batch())
        {
            asked = client.SendQuickAsync(name, cancellation, "GET", name);
            noted = client.SendQuickAsync(names.Index, cancellation, "HGET", names.Index, key);
        }

        RespValue value;
        try
        {
            value = await asked;
        }
        catch
        {
            // Both have the same end; nobody is to hear of this one twice.
            _ = noted.AsTask().ContinueWith(static done => done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }

        var note = await noted;
        if (value.IsNull)
        {
            // Whoever asked goes on to a slower place, which may mean a file: not on a thread that sees to sockets.
            if (!Thread.CurrentThread.IsThreadPoolThread) await Task.Yield();
            return Counters.Read(null);
        }

        var bytes = value.Span.ToArray();
        value.Release();
        var known = note.IsNull ? null : EntryNote.FromJson(note.Span);
        var entry = new KeyValueEntry(bytes, known?.Expires is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null, known?.Tags ?? []);
        Used(key);
        if (known is not null && stores.IsNearTrusted) Near.Keep(key, entry, mark);
        return Counters.Read(entry);
    }

    private string[] Keys()
    {
        var names = Names;
        return [names.Index, names.Used, names.Expires, names.Size];
    }

    private RedisArgument[] Words(RedisArgument[] own)
    {
        var names = Names;
        return [names.Base, names.Values, names.Form, names.Tags, .. own];
    }

    /// <summary>The keys in the index that match a pattern, in order.</summary>
    private async Task<IEnumerable<string>> ListAsync(string pattern, CancellationToken cancellation)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var cursor = "0";
        do
        {
            var page = await client.SendAsync(Names.Used, cancellation, "ZSCAN", Names.Used, cursor, "MATCH", pattern, "COUNT", AtOnce);
            cursor = page.Items[0].AsText();
            for (var i = 0; i < page.Items[1].Items.Length; i += 2) found.Add(KeyValueText.FromBytes(page.Items[1].Items[i].Span));
        }
        while (cursor != "0");
        return found.Order(StringComparer.Ordinal);
    }

    private async Task<RespValue[]> AskAsync(string[] keys, Func<string, ValueTask<RespValue>> ask)
    {
        Task<RespValue>[] asked;
        using (client.Batch()) asked = Array.ConvertAll(keys, key => ask(key).AsTask());
        return await Task.WhenAll(asked);
    }

    // In microseconds: a number that Redis keeps exactly.
    private long NextUse() => useNumbers.Next((stores.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Tells Redis what was used since the last time; behind the caller's back, but before what the caller asks next.</summary>
    private void StoreUses()
    {
        if (uses.IsEmpty || !client.IsAvailable) return;
        var noted = Interlocked.Exchange(ref uses, new(StringComparer.Ordinal));
        List<RedisArgument> words = ["ZADD", Names.Used, "XX", "GT"];
        foreach (var (key, use) in noted) words.AddRange([use, key]);
        try
        {
            _ = client.SendAsync(Names.Used, CancellationToken.None, [.. words]).AsTask().ContinueWith(static done => done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
        catch (IOException)
        {
            // Only the order of eviction suffers.
        }
    }

    private static string Pattern(string prefix)
    {
        var pattern = new StringBuilder(prefix.Length + 8);
        foreach (var one in prefix)
        {
            if (one is '*' or '?' or '[' or ']' or '\\' or '^') pattern.Append('\\');
            pattern.Append(one);
        }

        return pattern.ToString();
    }
}
