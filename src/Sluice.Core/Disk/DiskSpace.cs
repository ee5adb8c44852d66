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

/// <summary>Counts the bytes of body files against the bound, before they are written and until they are really gone; picks what is evicted.</summary>
internal sealed class DiskSpace(IEvictionPolicy policy, FreeSpace free, DiskTierOptions options)
{
    private readonly Lock gate = new();
    private TaskCompletionSource? freed;
    private long used;
    private long leaving;
    private int objects;
    private long evictions;

    public long Used => Volatile.Read(ref used);

    public int Objects => Volatile.Read(ref objects);

    public long Evictions => Volatile.Read(ref evictions);

    /// <summary>What the index says is there at start.</summary>
    public void Start(long bytes, int count) => (used, objects) = (bytes, count);

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
            if (target.IsRemoved || target.Charged + bytes > options.MaximumBytes) return Reservation.Refused;
            var more = target.IsListed ? 0 : 1;
            if (!IsOver(bytes, more, 0))
            {
                Charge(target, bytes, more);
                return Reservation.Granted;
            }
            // When it is picked itself it stands aside while others are, and keeps what it has earned. So does what cannot be had again by those who are reading it.
            var frequency = target.Frequency;
            List<DiskObject>? aside = null;
            while (IsOver(bytes, more, leaving) && policy.TryEvict(out var node))
            {
                var picked = (DiskObject)node;
                if (ReferenceEquals(picked, target) || IsNeeded?.Invoke(picked) == true) (aside ??= []).Add(picked);
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
            while ((used - leaving > options.MaximumBytes || objects > options.MaximumObjects) && policy.TryEvict(out var node)) (victims ??= []).Add(Pick((DiskObject)node));
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
    public void List(IEnumerable<DiskObject> loaded)
    {
        lock (gate)
            foreach (var target in loaded)
            {
                if (target.IsRemoved) continue;
                var frequency = target.Frequency;
                policy.Remove(target);
                Put(target, frequency);
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

    /// <summary>The file of a removed object is gone.</summary>
    public void Retire(DiskObject target)
    {
        lock (gate)
        {
            used -= target.Charged;
            leaving -= target.Charged;
            target.Charged = 0;
            Signal();
        }
    }

    private bool IsOver(long bytes, int more, long expected) =>
        used - expected + bytes > options.MaximumBytes || objects + more > options.MaximumObjects || free.Shortage(bytes) > expected;

    private Victim Pick(DiskObject victim)
    {
        victim.MarkRemoved(out var retire);
        Leave(victim);
        evictions++;
        return new(victim, retire);
    }

    private void Put(DiskObject target, byte frequency)
    {
        policy.Add(target);
        target.Frequency = frequency;
    }

    private void Leave(DiskObject target)
    {
        if (target.IsListed) objects--;
        target.IsListed = false;
        leaving += target.Charged;
    }

    private void Charge(DiskObject target, int bytes, int more)
    {
        used += bytes;
        free.Take(bytes);
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

    /// <summary>An evicted object. <paramref name="Retire"/>: its file is not in use and can be deleted at once.</summary>
    internal readonly record struct Victim(DiskObject Object, bool Retire);
}
