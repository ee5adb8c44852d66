using System.Text.Json;
using Sluice.Core.KeyValue;

namespace Sluice.Monitoring.Nodes;

/// <summary>
/// What nodes lay out for each other in a store that all see. A node is there while it renews its frame; what it measured it lays out only while somebody looks, which a
/// looker asks for. A store that cannot be asked shows no other nodes, and changes nothing else.
/// </summary>
internal sealed class NodeBoard(Func<IKeyValueStore?> open, TimeProvider time)
{
    /// <summary>Renewed each beat while it is asked for, and every fifth while not.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>How long a node counts as there without a sign of it.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private const string Frames = "node/", Trends = "trend/", Asked = "asked";
    private readonly Lock gate = new();
    private readonly Dictionary<string, (long At, IReadOnlyList<NodeReading> Found)> seen = [];
    private long askedAt = long.MinValue, firstAskedAt;

    /// <summary>True where there is anybody to lay out for.</summary>
    public bool IsThere => open() is not null;

    public Task PublishAsync(NodeFrame frame, bool trend, CancellationToken cancellation) => TryAsync(async store =>
    {
        await store.SetAsync((trend ? Trends : Frames) + frame.Id, JsonSerializer.SerializeToUtf8Bytes(frame, NodeJson.Default.NodeFrame), new KeyValueSettings(Life), cancellation);
        return true;
    });

    /// <summary>Takes a node's frames away.</summary>
    public Task LeaveAsync(string id) => TryAsync(async store => await store.DeleteAsync(Frames + id) | await store.DeleteAsync(Trends + id));

    /// <summary>True while somebody looks at several nodes.</summary>
    public Task<bool> IsAskedAsync(CancellationToken cancellation) => TryAsync(async store => await store.GetAsync(Asked, cancellation) is not null);

    /// <summary>Says that somebody looks; true while nodes that are there may not have seen it yet.</summary>
    public async Task<bool> AskAsync(CancellationToken cancellation)
    {
        var last = Volatile.Read(ref askedAt);
        if (last == long.MinValue || time.GetElapsedTime(last) >= Life / 3)
        {
            if (!await TryAsync(async store => { await store.SetAsync(Asked, "1"u8.ToArray(), new KeyValueSettings(Life), cancellation); return true; })) return false;
            if (last == long.MinValue || time.GetElapsedTime(last) >= Life) Volatile.Write(ref firstAskedAt, time.GetTimestamp());
            Volatile.Write(ref askedAt, time.GetTimestamp());
        }

        return time.GetElapsedTime(Volatile.Read(ref firstAskedAt)) <= 2 * Beat;
    }

    /// <summary>The other nodes, as they were within the last beat.</summary>
    public async Task<IReadOnlyList<NodeReading>> OthersAsync(string id, bool trend, CancellationToken cancellation)
    {
        var prefix = trend ? Trends : Frames;
        lock (gate)
            if (seen.TryGetValue(prefix, out var held) && time.GetElapsedTime(held.At) < Beat / 2) return held.Found;
        var found = new List<NodeReading>();
        await TryAsync(async store =>
        {
            await foreach (var key in store.ScanAsync(prefix, cancellation))
                if (key != prefix + id && await store.GetAsync(key, cancellation) is { } entry && Read(entry.Value) is { } frame) found.Add(new NodeReading(frame));
            return true;
        });
        lock (gate) seen[prefix] = (time.GetTimestamp(), found);
        return found;
    }

    private static NodeFrame? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, NodeJson.Default.NodeFrame) is { Format: NodeFrame.Current } frame ? frame : null;
        }
        catch (JsonException)
        {
            // Of another release: not to be added up with ours.
            return null;
        }
    }

    private async Task<bool> TryAsync(Func<IKeyValueStore, Task<bool>> use)
    {
        try
        {
            return open() is { } store && await use(store);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // The store's own link says so in the log, and comes back by itself.
            return false;
        }
    }
}
