namespace Sluice.Core.KeyValue;

/// <summary>Numbers of uses: the time, but never the same twice, so that order is exact however coarse the clock.</summary>
public sealed class UseNumbers
{
    private long last;

    /// <summary>The number of a use at that time, in whatever unit.</summary>
    public long Next(long now)
    {
        while (true)
        {
            var before = Volatile.Read(ref last);
            var next = Math.Max(before + 1, now);
            if (Interlocked.CompareExchange(ref last, next, before) == before) return next;
        }
    }
}
