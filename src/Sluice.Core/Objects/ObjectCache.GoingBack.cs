using System.Runtime.InteropServices;

namespace Sluice.Core.Objects;

/// <content>
/// Objects that are on disk only go back to being rows of its index when there are many of them, those used longest ago first (decision 0014): an object in use takes 3 KB, a row 150 bytes.
/// </content>
public sealed partial class ObjectCache
{
    /// <summary>A pass looks at every object in use; it comes again when at least this part of them came into use, or left memory, since.</summary>
    private const int LooksEach = 16;

    private readonly int inUse;
    private Task passing = Task.CompletedTask;
    private int isPassing, came, passAt;

    /// <summary>For targets by their hash, so that those who look for one hardly ever see another go.</summary>
    private readonly long[] goneBack = new long[256];

    /// <summary>
    /// A number that is odd while an object under that target is going back, and another one after each: whoever found nothing, and the same even number before and after, knows that
    /// there was nothing. It may change for other targets too.
    /// </summary>
    public long GoneBack(string target) => Volatile.Read(ref GoneBackOf(target));

    /// <summary>An object came into use, or out of memory.</summary>
    internal void Came()
    {
        if (Disk is null) return;
        Interlocked.Increment(ref came);
        BeginPass();
    }

    /// <summary>Lets objects go back until that many are left beside those that cannot; answers how many went.</summary>
    internal int GoBack(int keep)
    {
        var (looks, went) = (0, 0);
        if (Disk is not { LetsGo: true }) return 0;
        List<CachedObject> idle = [];
        foreach (var scope in scopes.Values)
            foreach (var (_, slot) in scope.Slots)
                foreach (var held in slot.Objects)
                {
                    looks++;
                    if (held.MayGoBack) idle.Add(held);
                }

        if (idle.Count > keep)
        {
            var byUse = CollectionsMarshal.AsSpan(idle);
            var order = new (uint LastUsed, long Id)[byUse.Length];
            for (var i = 0; i < order.Length; i++) order[i] = (byUse[i].LastUsed, byUse[i].Id);
            order.AsSpan().Sort(byUse);
            foreach (var held in byUse[..^keep])
            {
                if (stop.IsCancellationRequested) break;
                if (TryGoBack(held)) went++;
            }
        }

        Volatile.Write(ref passAt, Math.Max(inUse - (inUse / 2), (looks - went) / LooksEach));
        return went;
    }

    private void Pass()
    {
        try
        {
            Volatile.Write(ref came, 0);
            GoBack(inUse / 2);
        }
        finally
        {
            Volatile.Write(ref isPassing, 0);
        }

        // Those that came meanwhile found it under way.
        BeginPass();
    }

    private void BeginPass()
    {
        if (Volatile.Read(ref came) < Volatile.Read(ref passAt) || stop.IsCancellationRequested || Interlocked.Exchange(ref isPassing, 1) != 0) return;
        Volatile.Write(ref passing, Task.Run(Pass));
    }

    private bool TryGoBack(CachedObject held)
    {
        var went = false;
        purges.Pause(() =>
        {
            Interlocked.Increment(ref GoneBackOf(held.Target));
            try
            {
                // Before the row is there: whoever finds the slot then looks for the row too.
                held.Scope.Unsettle(held.Target);
                went = held.TryGoBack();
                if (went) held.Scope.Take(held);
            }
            finally
            {
                Interlocked.Increment(ref GoneBackOf(held.Target));
            }
        });
        return went;
    }

    private ref long GoneBackOf(string target) => ref goneBack[(uint)target.GetHashCode(StringComparison.Ordinal) % (uint)goneBack.Length];
}
