using Sluice.Core.Memory;

namespace Sluice.Core.Disk;

/// <summary>How a reservation ended.</summary>
internal enum Reservation
{
    /// <summary>The bytes are counted: write them.</summary>
    Granted,

    /// <summary>Others were evicted: delete their files and ask again.</summary>
    Evicted,

    /// <summary>What was evicted is still being read: wait for <see cref="DiskSpace.Freed"/> and ask again.</summary>
    Wait,

    /// <summary>There is nothing to evict.</summary>
    Refused,
}

/// <summary>Counts the bytes of body files, and of long rows, against the bound, before they are written and until they are really gone; picks what is evicted.</summary>
internal sealed class DiskSpace(S3FifoPolicy policy, FreeSpace free, DiskTierOptions options)
{
    private readonly Lock gate = new();
    private TaskCompletionSource? freed;
    private long used;
    private long leaving;
    private int objects;
    private long evictions;
    private bool isStuck;

    public long Used => Volatile.Read(ref used);

    public int Objects => Volatile.Read(ref objects);

    public long Evictions => Volatile.Read(ref evictions);

    /// <summary>True when it is the free space of the file system, whatever the bound says, that has no room for so many bytes.</summary>
    public bool IsFileSystemShort(int bytes)
    {
        lock (gate) return !free.IsFull && free.Shortage(bytes) > 0;
    }

    /// <summary>The file system took nothing, though it should have had room: for a moment what is new takes the place of what is needed least.</summary>
    public void Fill()
    {
        lock (gate) free.Fill();
    }

    /// <summary>What the index says is there at start, without what rows take.</summary>
    public void Start(long bytes, int count) => (used, objects) = (bytes, count);

    /// <summary>Counts what rows of an earlier run take.</summary>
    public void CountRows(long bytes)
    {
        lock (gate) used += bytes;
    }

    /// <summary>See <see cref="DiskTier.IsNeeded"/>.</summary>
    public Func<DiskObject, bool>? IsNeeded { get; set; }

    public void Hit(DiskObject target) => policy.Hit(target);

    /// <summary>Completes when bytes of removed files are freed next.</summary>
    public Task Freed
    {
        get
        {
            lock (gate) return (freed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Counts bytes for an object, and the object itself at its first time.</summary>
    /// <param name="target">Not evicted for its own sake.</param>
    /// <param name="bytes">Zero for an empty body.</param>
    /// <param name="victims">Gets what was evicted; already marked removed.</param>
    public Reservation TryReserve(DiskObject target, int bytes, ref List<Victim>? victims)
    {
        lock (gate)
        {
            // A body larger than the bound keeps what it has; it does not empty the cache only to fail in the end.
            if (target.IsRemoved || target.Charged + target.RowBytes + bytes > options.MaximumBytes) return Reservation.Refused;
            var more = target.IsListed ? 0 : 1;
            var all = bytes + (more * (long)target.RowBytes);
            if (!IsOver(all, more, 0))
            {
                Charge(target, bytes, all, more);
                return Reservation.Granted;
            }
            if (isStuck) return Reservation.Refused;
            // When it is picked itself it stands aside while others are, and keeps what it has earned. So does what cannot be had again by those who are reading it.
            var frequency = target.Frequency;
            List<DiskEntry>? aside = null;
            while (IsOver(all, more, leaving) && policy.TryEvict(out var node))
            {
                var picked = (DiskEntry)node;
                if (ReferenceEquals(picked, target) || (picked is DiskObject used && IsNeeded?.Invoke(used) == true)) (aside ??= []).Add(picked);
                else (victims ??= []).Add(Pick(picked));
            }

            foreach (var kept in aside ?? []) Put(kept, ReferenceEquals(kept, target) ? frequency : kept.Frequency);
            return victims is { Count: > 0 } ? Reservation.Evicted : leaving > 0 ? Reservation.Wait : Reservation.Refused;
        }
    }

    /// <summary>Evicts what is above the bound, as after a start with a lower one.</summary>
    public void Trim(ref List<Victim>? victims)
    {
        lock (gate)
            while ((used - leaving > options.MaximumBytes || objects > options.MaximumObjects) && policy.TryEvict(out var node)) (victims ??= []).Add(Pick((DiskEntry)node));
    }

    /// <summary>Gives bytes back that were not written.</summary>
    public void GiveBack(DiskObject target, int bytes)
    {
        lock (gate)
        {
            target.Charged -= bytes;
            used -= bytes;
            if (target.IsRemoved)
            {
                leaving -= bytes;
                Signal();
            }
            else
            {
                policy.Reweigh(target);
            }
        }
    }

    /// <summary>Takes in objects from the index, which are counted already; those known before move to the end.</summary>
    public void List(IEnumerable<DiskEntry> loaded)
    {
        lock (gate)
            foreach (var target in loaded)
            {
                if (target is DiskRow { IsTaken: true } or DiskObject { IsRemoved: true }) continue;
                var frequency = target.Frequency;
                policy.Remove(target);
                Put(target, frequency);
            }
    }

    /// <summary>Puts the object made from a row in the row's place; false when the row was evicted meanwhile, or another object made from it.</summary>
    public bool TryReplace(DiskRow row, DiskObject with)
    {
        lock (gate)
        {
            if (row.IsTaken) return false;
            row.IsTaken = true;
            with.RowBytes = row.RowBytes;
            // One that is not in order yet, because the index is still being read, will be put there as what it is now.
            if (row.Queue == 0) policy.Add(with);
            else policy.Replace(row, with);
            return true;
        }
    }

    /// <summary>Puts a row in an object's place; false when the object is in use, was removed, or the index does not have all of it yet.</summary>
    public bool TryGoBack(DiskObject target, DiskRow row)
    {
        lock (gate)
        {
            if (!target.IsListed || !target.TryBeginClose()) return false;
            // Nobody uses it and nobody can begin to, so that nothing more can be on its way to the index.
            if (!target.IsCommitted)
            {
                target.EndClose();
                return false;
            }
            policy.Replace(target, row);
            target.IsListed = false;
            target.EndForGood();
            return true;
        }
    }

    /// <summary>Marks an object removed; false when it was already.</summary>
    public bool TryRemove(DiskObject target, out bool retire)
    {
        lock (gate)
        {
            if (!target.MarkRemoved(out retire)) return false;
            policy.Remove(target);
            Leave(target);
            return true;
        }
    }

    /// <summary>Marks a row removed; false when an object stands in its place, or it was evicted.</summary>
    public bool TryRemove(DiskRow row)
    {
        lock (gate)
        {
            if (row.IsTaken) return false;
            row.IsTaken = true;
            policy.Remove(row);
            Leave(row);
            return true;
        }
    }

    /// <summary>The file of a removed object is gone.</summary>
    public void Retire(DiskObject target)
    {
        lock (gate)
        {
            used -= target.Charged + target.RowBytes;
            leaving -= target.Charged + target.RowBytes;
            free.Return(target.Charged + target.RowBytes);
            (target.Charged, target.RowBytes) = (0, 0);
            Signal();
        }
    }

    /// <summary>The file of a removed object could not be deleted: its bytes stay counted, and are not waited for. Until <see cref="TryAgain"/> nothing is given up to make room, since it would make none.</summary>
    public void Strand(DiskObject target)
    {
        lock (gate)
        {
            used -= target.RowBytes;
            leaving -= target.Charged + target.RowBytes;
            (target.Charged, target.RowBytes) = (0, 0);
            isStuck = true;
            Signal();
        }
    }

    /// <summary>Perhaps files can be deleted again.</summary>
    public void TryAgain()
    {
        lock (gate) isStuck = false;
    }

    private bool IsOver(long bytes, int more, long expected) =>
        used - expected + bytes > options.MaximumBytes || objects + more > options.MaximumObjects || free.Shortage(bytes) > expected;

    private Victim Pick(DiskEntry victim)
    {
        var retire = true;
        if (victim is DiskRow row) row.IsTaken = true;
        else ((DiskObject)victim).MarkRemoved(out retire);
        Leave(victim);
        evictions++;
        return new(victim, retire);
    }

    private void Put(DiskEntry target, byte frequency)
    {
        policy.Add(target);
        target.Frequency = frequency;
    }

    private void Leave(DiskEntry target)
    {
        if (target.IsListed) objects--;
        else target.RowBytes = 0;
        target.IsListed = false;
        leaving += target.Charged + target.RowBytes;
    }

    private void Charge(DiskObject target, int bytes, long all, int more)
    {
        used += all;
        free.Take(all);
        target.Charged += bytes;
        objects += more;
        if (more == 0) policy.Reweigh(target);
        else policy.Add(target);
        target.IsListed = true;
    }

    private void Signal()
    {
        freed?.TrySetResult();
        freed = null;
    }

    /// <summary>What was evicted. <paramref name="Retire"/>: its file is not in use and can be deleted at once.</summary>
    internal readonly record struct Victim(DiskEntry Entry, bool Retire);
}
