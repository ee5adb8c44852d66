namespace Sluice.Core.KeyValue;

/// <summary>The time of day, but one that never goes back: when the wall clock is set back it goes on at its own pace, so that what has expired stays expired.</summary>
internal sealed class ForwardClock(TimeProvider time)
{
    private readonly long start = time.GetTimestamp();

    // How far the time of day is ahead of the time since start, at its greatest.
    private long ahead = long.MinValue;

    /// <summary>Where the time comes from.</summary>
    public TimeProvider Time => time;

    public DateTimeOffset Now
    {
        get
        {
            var elapsed = time.GetElapsedTime(start).Ticks;
            var offset = time.GetUtcNow().UtcTicks - elapsed;
            var seen = Volatile.Read(ref ahead);
            while (offset > seen)
            {
                var before = Interlocked.CompareExchange(ref ahead, offset, seen);
                if (before == seen) seen = offset;
                else seen = before;
            }
            return new DateTimeOffset(seen + elapsed, TimeSpan.Zero);
        }
    }
}
