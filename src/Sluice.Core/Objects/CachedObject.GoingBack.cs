namespace Sluice.Core.Objects;

/// <content>
/// Going back to being a row of the index, when nobody uses it. From then on this object only tells what it was: whoever still has it in hand is led to the
/// one that stands for the same stored bytes now (<see cref="Current"/>).
/// </content>
public sealed partial class CachedObject
{
    private bool back;

    /// <summary>True once it has gone back.</summary>
    internal bool IsBack => Volatile.Read(ref back);

    /// <summary>True when it may go back, for all that can be told without a lock.</summary>
    internal bool MayGoBack => !IsDetached && Volatile.Read(ref holds) == 0 && Disk is { IsCommitted: true } && HasNoChunks();

    /// <summary>Seconds since 1970.</summary>
    internal uint LastUsed => Disk?.LastUsed ?? uint.MaxValue;

    internal void CameIntoUse() => cache.Came();

    /// <summary>This object, or what was made of its row since it went back. May block on the index file.</summary>
    internal CachedObject Current()
    {
        var current = this;
        while (current.HasGoneBack() && current.FindAgain() is { } next) current = next;
        return current;
    }

    /// <summary>Lets go of everything and leaves a row in the index; false when it is held, filled, removed, in memory or not wholly in the index. It can still be found, as what it was.</summary>
    internal bool TryGoBack()
    {
        if (Disk is not { } stored) return false;
        // In this order, as where an object is made of a row: nothing goes back before that is over.
        lock (stored)
        lock (gate)
        {
            if (detached || IsFormer || former is not null || !ReferenceEquals(disk, stored) || fills.Count > 0 || waiting.Count > 0 || !HasNoChunks()) return false;
            if (Interlocked.CompareExchange(ref holds, int.MinValue / 2, 0) != 0) return false;
            if (!cache.Disk!.TryGoBack(stored))
            {
                Interlocked.Add(ref holds, -(int.MinValue / 2));
                return false;
            }

            Volatile.Write(ref back, true);
            Volatile.Write(ref disk, null);
            Volatile.Write(ref detached, true);
        }

        if (head is { } node) cache.Heads.Remove(node);
        Rendering = null;
        return true;
    }

    private bool HasNoChunks() => !Array.Exists(Volatile.Read(ref chunks), chunk => chunk is not null);

    /// <summary>Waits for whoever is just letting it go.</summary>
    private bool HasGoneBack()
    {
        lock (gate) return back;
    }

    private CachedObject? FindAgain()
    {
        while (true)
        {
            var before = cache.GoneBack(Target);
            if (Array.Find(Scope.FindStored(Target), held => held.Id == Id && !ReferenceEquals(held, this)) is { } found) return found;
            // Unless it went back once more meanwhile, it is gone.
            if ((before & 1) == 0 && cache.GoneBack(Target) == before) return null;
        }
    }
}
