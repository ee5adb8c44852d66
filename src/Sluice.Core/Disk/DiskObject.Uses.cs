namespace Sluice.Core.Disk;

/// <content>Who is using the body file, in one word: so that a read takes no lock, and the file goes exactly once.</content>
public sealed partial class DiskObject
{
    private const int Removed = 1 << 30;
    private const int Closing = 1 << 29;
    private const int Back = 1 << 28;

    private int uses;
    private int verifying;

    /// <summary>Begins a read or write of the file; false once it is removed.</summary>
    internal bool TryUse()
    {
        var spin = new SpinWait();
        while (true)
        {
            var seen = Volatile.Read(ref uses);
            if ((seen & Removed) != 0) return false;
            if ((seen & Closing) != 0) spin.SpinOnce();
            else if (Interlocked.CompareExchange(ref uses, seen + 1, seen) == seen) return true;
        }
    }

    /// <summary>Ends a use; true when the caller must now retire the file.</summary>
    internal bool EndUse() => Interlocked.Decrement(ref uses) == Removed;

    /// <summary>Ends all later uses; false when that was done before. <paramref name="retire"/>: nobody uses the file and the caller must retire it.</summary>
    internal bool MarkRemoved(out bool retire)
    {
        var before = Interlocked.Or(ref uses, Removed);
        retire = before == 0;
        return (before & Removed) == 0;
    }

    /// <summary>Keeps users out for the moment of closing an idle handle; false when there are any.</summary>
    internal bool TryBeginClose() => Interlocked.CompareExchange(ref uses, Closing, 0) == 0;

    /// <summary>Lets users in again; true when the object was removed meanwhile and the caller must retire the file.</summary>
    internal bool EndClose() => (Interlocked.And(ref uses, ~Closing) & Removed) != 0;

    /// <summary>True for the one who may check its chunks now.</summary>
    internal bool TryBeginVerify() => Interlocked.Exchange(ref verifying, 1) == 0;

    /// <summary>True once a row stands in its place again: what uses the file from now on is another object.</summary>
    internal bool IsBack => (Volatile.Read(ref uses) & Back) != 0;

    /// <summary>Instead of <see cref="EndClose"/>: it is never used again. Under the lock under which objects are removed.</summary>
    internal void EndForGood() => Interlocked.Exchange(ref uses, Removed | Back);

    internal void EndVerify() => Volatile.Write(ref verifying, 0);
}
