namespace Sluice.Core.Objects;

/// <content>
/// The object that this one replaced: kept out of sight while this one's body arrives, and put back when that breaks off. An answer that comes to no end is an error, and an error
/// never takes the place of a good object.
/// </content>
public sealed partial class CachedObject
{
    private CachedObject? former;
    private long formerFence;
    private bool brokeOff, isLost;

    /// <summary>What is to come back should the body break off; null for nothing.</summary>
    internal CachedObject? Former => Volatile.Read(ref former);

    /// <summary>True while it is out of sight: it must not go back to the index, where it would be found. Set where nothing goes back meanwhile.</summary>
    internal bool IsFormer { get; set; }

    /// <summary>True for an object to come back to: not an error, and whole.</summary>
    internal bool IsGood => !IsDetached && Metadata is { Status: < 400, Length: { } length } && Holds(0, length);

    /// <summary>Is put in place of a good object. False when its body has broken off already and is of no use, so that the good one is to stay.</summary>
    /// <param name="good">What it replaces.</param>
    /// <param name="fence">What the cache's fence is now.</param>
    internal bool Succeed(CachedObject good, long fence)
    {
        lock (gate)
        {
            if (detached || isLost) return false;
            if (fills.Count > 0 || brokeOff)
            {
                (former, formerFence) = (good, fence);
                return true;
            }
        }

        good.Detach();
        return true;
    }

    /// <summary>A reader could not have the bytes that are missing: if nobody else is about to, what this one replaced is the better answer. Not under a lock: it waits for purges.</summary>
    internal void GiveWay()
    {
        lock (gate)
            if (fills.Count > 0) return;
        PutFormerBack();
    }

    /// <summary>For the one that is put in place of this one.</summary>
    internal CachedObject? GiveFormer() => Interlocked.Exchange(ref former, null);

    private bool PutFormerBack()
    {
        if (GiveFormer() is not { } good) return false;
        cache.PutBack(this, good, formerFence);
        return true;
    }
}
