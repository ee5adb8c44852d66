using System.Numerics;
using System.Text;

namespace Sluice.Core.Disk;

/// <summary>The rows that nobody uses, found by the hash of their key. A table of its own because of its size: a dictionary would add a third to each row.</summary>
internal sealed class RowTable(int expected)
{
    private readonly Lock gate = new();
    private DiskRow?[] buckets = new DiskRow?[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(expected, 16, 1 << 30))];
    private int count;

    public int Count => Volatile.Read(ref count);

    public bool IsEmpty => Count == 0;

    /// <summary>Hash of a key in UTF-8. Different in each process, so that nobody can choose keys that fall together.</summary>
    public static int HashOf(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    public static int HashOf(string key) => HashOf(Encoding.UTF8.GetBytes(key));

    /// <summary>False when no row has that key.</summary>
    public bool MayHave(int keyHash)
    {
        lock (gate)
        {
            for (var row = buckets[Slot(keyHash)]; row is not null; row = row.Below)
                if (row.KeyHash == keyHash) return true;
            return false;
        }
    }

    /// <summary>The row with that number. An object may stand in its place, or it was evicted: then it is in the table until whoever took it has told so.</summary>
    public DiskRow? Find(int keyHash, long id)
    {
        lock (gate)
        {
            var row = buckets[Slot(keyHash)];
            while (row is not null && row.Id != id) row = row.Below;
            return row;
        }
    }

    public void Add(DiskRow row)
    {
        lock (gate)
        {
            if (count == buckets.Length && count < 1 << 30) Grow();
            Put(row);
            count++;
        }
    }

    /// <summary>Takes out a row that an object stands in the place of, or that was evicted; nothing happens when it is not in.</summary>
    public void Remove(int keyHash, long id)
    {
        lock (gate)
        {
            ref var slot = ref buckets[Slot(keyHash)];
            if (slot is null) return;
            if (slot.Id == id && slot.IsTaken)
            {
                slot = slot.Below;
                count--;
                return;
            }
            for (var row = slot; row.Below is { } below; row = below)
            {
                if (below.Id != id || !below.IsTaken) continue;
                row.Below = below.Below;
                count--;
                return;
            }
        }
    }

    /// <summary>All of them, in no order.</summary>
    public DiskRow[] ToArray()
    {
        lock (gate)
        {
            var rows = new DiskRow[count];
            var at = 0;
            foreach (var first in buckets)
                for (var row = first; row is not null; row = row.Below) rows[at++] = row;
            return rows;
        }
    }

    private int Slot(int keyHash) => keyHash & (buckets.Length - 1);

    private void Put(DiskRow row)
    {
        ref var slot = ref buckets[Slot(row.KeyHash)];
        row.Below = slot;
        slot = row;
    }

    private void Grow()
    {
        var former = buckets;
        buckets = new DiskRow?[former.Length * 2];
        foreach (var first in former)
            for (var row = first; row is not null;)
            {
                var next = row.Below;
                Put(row);
                row = next;
            }
    }
}
