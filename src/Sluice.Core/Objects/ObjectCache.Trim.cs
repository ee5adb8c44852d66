namespace Sluice.Core.Objects;

/// <content>Bounds of scopes.</content>
public sealed partial class ObjectCache
{
    /// <summary>Takes the least used objects of some scopes out, of those equally used the oldest, until together they hold 90 % of a bound that they exceed (rows KV-07, KV-12, KV-13). What is being read or filled stays.</summary>
    /// <param name="names">The scopes.</param>
    /// <param name="maximumBytes">The bound. An object counts with what it holds in the tier that holds more of it.</param>
    /// <returns>How many objects and bytes went.</returns>
    public (int Objects, long Bytes) Trim(IReadOnlyCollection<string> names, long maximumBytes)
    {
        List<(CachedObject Stored, long Bytes)> held = [.. names.Distinct(StringComparer.Ordinal)
            .SelectMany(name => scopes.TryGetValue(name, out var scope) ? scope.Slots.SelectMany(slot => slot.Value.Objects) : [])
            .Select(stored => (stored, Math.Max(stored.DiskBytes, stored.MemoryBytes)))];
        var (total, removed, bytes) = (held.Sum(each => each.Bytes), 0, 0L);
        if (total <= maximumBytes) return default;
        foreach (var (stored, size) in held.OrderBy(each => each.Stored.Uses).ThenBy(each => each.Stored.Metadata.Freshness.ReceivedAt))
        {
            if (total - bytes <= maximumBytes / 10 * 9) break;
            if (stored.IsFilling || stored.IsHeld) continue;
            Remove(stored);
            (removed, bytes) = (removed + 1, bytes + size);
        }

        return (removed, bytes);
    }
}
