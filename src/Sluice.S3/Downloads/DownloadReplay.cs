namespace Sluice.S3.Downloads;

/// <summary>Replays calls through a cache that holds no bytes: least recently used goes first, files live for so long.</summary>
internal sealed class DownloadReplay(long maximumBytes, int maximumEntries, TimeSpan timeToLive)
{
    private sealed record Ghost(string Key, long Size, long Created);

    private readonly Dictionary<string, LinkedListNode<Ghost>> held = new(StringComparer.Ordinal);
    private readonly LinkedList<Ghost> order = new();
    private long bytes;

    public int Hits { get; private set; }

    public long FetchedBytes { get; private set; }

    /// <summary>One call.</summary>
    public void Use(string key, long size, long at)
    {
        if (held.TryGetValue(key, out var node))
        {
            Remove(node);
            if (node.Value.Size == size && node.Value.Created > at - timeToLive.Ticks)
            {
                Hits++;
                Put(node.Value);
                return;
            }
        }
        FetchedBytes += size;
        if (size <= maximumBytes) Put(new(key, size, at));
    }

    private void Put(Ghost ghost)
    {
        held[ghost.Key] = order.AddFirst(ghost);
        bytes += ghost.Size;
        while (bytes > maximumBytes || held.Count > maximumEntries) Remove(order.Last!);
    }

    private void Remove(LinkedListNode<Ghost> node)
    {
        order.Remove(node);
        held.Remove(node.Value.Key);
        bytes -= node.Value.Size;
    }
}
