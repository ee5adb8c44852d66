using Sluice.Core.Disk;

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
        List<Held> held = [.. names.Distinct(StringComparer.Ordinal)
            .SelectMany(name => scopes.TryGetValue(name, out var scope) ? scope.Slots.SelectMany(slot => slot.Value.Objects) : [])
            .Select(stored => new Held(stored, null, Math.Max(stored.DiskBytes, stored.MemoryBytes), stored.Uses, stored.Metadata.Freshness.ReceivedAt))];
        if (Disk is { RowCount: > 0 } disk)
        {
            var wanted = Array.ConvertAll(disk.Scopes, name => names.Contains(name));
            // Nobody has used them since start: when that was last is as near as the table in memory comes to their age.
            held.AddRange(disk.Rows.Where(row => row.Scope < wanted.Length && wanted[row.Scope]).Select(row => new Held(null, row, row.Charged, row.Frequency, DateTimeOffset.FromUnixTimeSeconds(row.LastUsed))));
        }

        var (total, removed, bytes) = (held.Sum(each => each.Bytes), 0, 0L);
        if (total <= maximumBytes) return default;
        foreach (var each in held.OrderBy(each => each.Uses).ThenBy(each => each.Since))
        {
            if (total - bytes <= maximumBytes / 10 * 9) break;
            if (each.Stored is { } stored)
            {
                if (stored.IsFilling || stored.IsHeld) continue;
                Remove(stored);
            }
            else if (!Disk!.Remove(each.Row!))
            {
                continue;
            }

            (removed, bytes) = (removed + 1, bytes + each.Bytes);
        }

        return (removed, bytes);
    }

    /// <summary>An object, or a row of the index that nobody has used.</summary>
    private readonly record struct Held(CachedObject? Stored, DiskRow? Row, long Bytes, int Uses, DateTimeOffset Since);
}
