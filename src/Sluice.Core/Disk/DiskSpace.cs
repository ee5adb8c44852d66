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
/// <remarks>The counts here are exact. What the policy is told of an object's weight is rough, because a policy must not see a weight change: the whole
/// length for most objects, doubled step by step for very long and for unknown ones.</remarks>
internal sealed class DiskSpace(IEvictionPolicy policy, FreeSpace free, DiskTierOptions options)
{
    private readonly Lock gate = new();
    private readonly long stepBytes = 64L * options.ChunkSize;
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
            if (target.IsRemoved) return Reservation.Refused;
            var more = target.IsListed ? 0 : 1;
            if (!IsOver(bytes, more, 0))
            {
                Charge(target, bytes, more);
                return Reservation.Granted;
            }
            // Set aside while others are picked; it keeps what it has earned.
            var (held, frequency) = (target.IsListed, target.Frequency);
            if (held) policy.Remove(target);
            while (IsOver(bytes, more, leaving) && TryPick(out var victim)) (victims ??= []).Add(victim);
            if (held)
            {
                policy.Add(target);
                target.Frequency = frequency;
            }
            return victims is { Count: > 0 } ? Reservation.Evicted : leaving > 0 ? Reservation.Wait : Reservation.Refused;
        }
    }

    /// <summary>Evicts what is above the bound, as after a start with a lower one.</summary>
    public void Trim(ref List<Victim>? victims)
    {
        lock (gate)
            while ((used - leaving > options.MaximumBytes || objects > options.MaximumObjects) && TryPick(out var victim)) (victims ??= []).Add(victim);
    }

    /// <summary>Gives bytes back that were not written.</summary>
    public void GiveBack(DiskObject target, int bytes)
    {
        lock (gate)
        {
            target.Charged -= bytes;
            used -= bytes;
            if (!target.IsRemoved) return;
            leaving -= bytes;
            Signal();
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
                target.PolicyWeight = WeightOf(target);
                policy.Add(target);
                target.Frequency = frequency;
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

    private bool TryPick(out Victim picked)
    {
        picked = default;
        if (!policy.TryEvict(out var node)) return false;
        var victim = (DiskObject)node;
        victim.MarkRemoved(out var retire);
        Leave(victim);
        evictions++;
        picked = new(victim, retire);
        return true;
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
        if (target.IsListed && target.Charged <= target.PolicyWeight) return;
        var frequency = target.Frequency;
        if (target.IsListed) policy.Remove(target);
        target.PolicyWeight = WeightOf(target);
        policy.Add(target);
        target.Frequency = frequency;
        target.IsListed = true;
    }

    private long WeightOf(DiskObject target)
    {
        if (target.Length >= 0 && target.Length <= stepBytes) return Math.Max(1, target.Length);
        var weight = target.Length < 0 ? options.ChunkSize : stepBytes;
        while (weight < target.Charged) weight *= 2;
        return weight;
    }

    private void Signal()
    {
        freed?.TrySetResult();
        freed = null;
    }

    /// <summary>An evicted object. <paramref name="Retire"/>: its file is not in use and can be deleted at once.</summary>
    internal readonly record struct Victim(DiskObject Object, bool Retire);
}
